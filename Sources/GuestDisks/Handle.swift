import CGuestfs
import Model
import Synchronization

/// libguestfs' handle, which is freed by ``close()`` or with the last reference.
// Sendable is sound: the pointer is given out to one thread only, the appliance's, and nil once it was freed.
@safe final class Handle: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let isOpen = Mutex(true)

  /// - Throws: `LabError` when libguestfs cannot be loaded, or has no memory.
  init() throws(LabError) {
    if let problem = libraryProblem() {
      throw LabError(
        "cannot load libguestfs, which reads the disks of guests: \(problem)", advice: "apt-get install libguestfs0")
    }
    guard let pointer = unsafe guestfs_create() else {
      throw LabError("libguestfs gives no handle: this host has no memory left")
    }
    unsafe self.pointer = pointer
  }

  deinit { close() }

  var disks: Disks { unsafe Disks(pointer) }

  /// Ends the appliance and frees the handle; of no effect the second time.
  func close() {
    let isFirst = isOpen.withLock { open in
      defer { open = false }
      return open
    }
    if isFirst { unsafe guestfs_close(pointer) }
  }
}

extension Disks {
  /// Says what the appliance is to be.
  /// - Parameter temporary: a folder of its own, for what it writes to drives that are only read.
  func prepare(temporary: String, _ acceleration: Acceleration) throws(GuestfsError) {
    // By default libguestfs prints each failure to stderr; it keeps this choice for the calling thread.
    unsafe guestfs_set_error_handler(handle, nil, nil)
    try check(unsafe guestfs_set_backend(handle, "direct"), "choose how the appliance is run")
    try check(unsafe guestfs_set_tmpdir(handle, temporary), "use \(temporary)")
    // It mounts file systems and copies: half of what libguestfs takes by default is plenty.
    try check(unsafe guestfs_set_memsize(handle, 640), "limit the appliance's memory")
    // Its command line names the folder then, whatever the drives are: who is to end it finds it by that.
    try check(unsafe guestfs_config(handle, "-name", temporary + "/appliance"), "name the appliance")
    if acceleration == .tcg {
      try check(unsafe guestfs_set_backend_setting(handle, "force_tcg", "1"), "run the appliance without KVM")
    }
  }

  func add(_ drive: Drive) throws(GuestfsError) {
    var options = unsafe guestfs_add_drive_opts_argv()
    // GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK and _FORMAT_BITMASK, which Swift does not import.
    unsafe options.bitmask = 1 << 0 | 1 << 1
    unsafe options.readonly = drive.isReadOnly ? 1 : 0
    let result = unsafe drive.format.withCString { format in
      unsafe options.format = format
      return unsafe guestfs_add_drive_opts_argv(handle, drive.path, &options)
    }
    try check(result, "open the disk \(drive.path)")
  }

  func launch() throws(GuestfsError) { try check(unsafe guestfs_launch(handle), "start libguestfs' appliance") }

  /// Writes everything to the drives and ends the appliance.
  /// - Throws: ``GuestfsError`` when not all was written.
  package func shutDown() throws(GuestfsError) { try check(unsafe guestfs_shutdown(handle), "write the disks") }
}
