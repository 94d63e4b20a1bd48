import CGuestfs
import Foundation

extension Disks {
  /// Copies a file of the host to the disk, over what is there.
  /// - Throws: ``GuestfsError``.
  package func upload(_ file: String, to path: DiskPath) throws(GuestfsError) {
    try check(unsafe guestfs_upload(handle, file, path.cString), "copy \(file) to \(path)")
  }

  /// Makes a file of these bytes, at most 2 MiB, over what is there.
  /// - Throws: ``GuestfsError``.
  package func write(_ bytes: [UInt8], to path: DiskPath) throws(GuestfsError) {
    let content = bytes.map { CChar(bitPattern: $0) }
    try check(unsafe guestfs_write(handle, path.cString, content, content.count), "write \(path)")
  }

  /// Makes an empty ext4 file system of a whole disk.
  /// - Parameter device: as the appliance names it, for instance `/dev/sda`.
  /// - Throws: ``GuestfsError``.
  package func format(_ device: String) throws(GuestfsError) {
    var options = unsafe guestfs_mkfs_opts_argv()
    unsafe options.bitmask = 0
    try check(unsafe guestfs_mkfs_opts_argv(handle, "ext4", device, &options), "format \(device)")
  }

  /// Makes a folder, and those above it.
  /// - Throws: ``GuestfsError``.
  package func makeFolder(_ path: DiskPath) throws(GuestfsError) {
    try check(unsafe guestfs_mkdir_p(handle, path.cString), "make the folder \(path)")
  }

  /// Makes a symbolic link.
  /// - Throws: ``GuestfsError``.
  package func makeLink(_ path: DiskPath, to target: String) throws(GuestfsError) {
    try check(unsafe guestfs_ln_s(handle, target, path.cString), "make the link \(path)")
  }

  /// Makes a FIFO.
  /// - Throws: ``GuestfsError``.
  package func makeFIFO(_ path: DiskPath) throws(GuestfsError) {
    try check(unsafe guestfs_mkfifo(handle, 0o600, path.cString), "make the FIFO \(path)")
  }
}
