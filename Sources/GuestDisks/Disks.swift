import CGuestfs
import Foundation

/// The disks of a running appliance, as its thread sees them: each call blocks, and only that thread may make it.
@safe package struct Disks {
  let handle: OpaquePointer

  init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  func failure(_ operation: String) -> GuestfsError { unsafe .last(of: handle, while: operation) }

  func check(_ result: Int32, _ operation: String) throws(GuestfsError) {
    guard result >= 0 else { throw failure(operation) }
  }

  // Takes over a list of strings; nil stays nil.
  func take(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [[UInt8]]? {
    guard let list = unsafe list else { return nil }
    defer { unsafe free(list) }
    var items: [[UInt8]] = []
    var index = 0
    while let item = unsafe list[index] {
      items.append(unsafe bytes(of: item))
      unsafe free(item)
      index += 1
    }
    return items
  }

  private func bytes(of text: UnsafeMutablePointer<CChar>) -> [UInt8] {
    unsafe UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
  }

  func take(text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}

extension Disks {
  /// Mounts a file system at `/`, or below it.
  /// - Parameter device: as the appliance names it, for instance `/dev/sda`.
  /// - Throws: ``GuestfsError``.
  package func mount(_ device: String, at place: DiskPath = "/", readOnly: Bool = true) throws(GuestfsError) {
    let options = readOnly ? "ro" : "rw"
    try check(unsafe guestfs_mount_options(handle, options, device, place.cString), "mount \(device)")
  }

  /// Mounts, read-only, the only file system there is, or else the root of the only operating system.
  /// - Throws: ``GuestfsError``.
  package func mountRoot() throws(GuestfsError) {
    let devices = try fileSystems().filter { !["swap", "unknown"].contains($0.value) }.keys.sorted()
    // Looking for systems takes many seconds without KVM.
    if devices.count == 1, let device = devices.first { return try mount(device) }
    let roots = try operatingSystems().map(\.root)
    guard roots.count == 1, let root = roots.first else {
      let found = devices.isEmpty ? "none" : devices.joined(separator: ", ")
      throw GuestfsError(
        code: 0, operation: "find the disk's root", reason: "of its file systems one must be it: \(found)")
    }
    try mount(root)
  }

  /// The file systems of all disks by device, with their types: `ext4`, `swap`, `unknown`.
  /// - Throws: ``GuestfsError``.
  package func fileSystems() throws(GuestfsError) -> [String: String] {
    guard let list = unsafe take(guestfs_list_filesystems(handle)) else { throw failure("list the file systems") }
    let words = list.map { String(decoding: $0, as: UTF8.self) }
    var result: [String: String] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) { result[words[index]] = words[index + 1] }
    return result
  }

  /// The operating systems on the disks; finding them mounts nothing for good.
  /// - Throws: ``GuestfsError``.
  package func operatingSystems() throws(GuestfsError) -> [OperatingSystem] {
    guard let roots = unsafe take(guestfs_inspect_os(handle)) else { throw failure("look for operating systems") }
    return roots.map { root in
      let root = String(decoding: root, as: UTF8.self)
      return unsafe OperatingSystem(
        root: root, distribution: take(text: guestfs_inspect_get_distro(handle, root)) ?? "unknown",
        product: take(text: guestfs_inspect_get_product_name(handle, root)) ?? "unknown",
        architecture: take(text: guestfs_inspect_get_arch(handle, root)) ?? "unknown")
    }
  }
}

/// Properties of a root file system found by libguestfs.
package struct OperatingSystem: Sendable, Hashable {
  /// The device.
  package let root: String
  /// In libguestfs' words: `debian`.
  package let distribution: String
  /// For instance `Debian GNU/Linux 13 (trixie)`; the disk says so.
  package let product: String
  /// For instance `s390x`.
  package let architecture: String
}
