/// An archive in the format `newc`, as the kernel unpacks it into its first root file system.
///
/// The same entries give the same bytes: sorted by path, owned by root, dated 1970, numbered from 1. The format is in
/// the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
package struct CpioArchive: Sendable {
  private var entries: [String: Entry] = [:]

  /// An archive without entries.
  package init() {}

  /// Entry at a path.
  package enum Content: Sendable, Hashable {
    case folder
    case file([UInt8])
    case link(to: String)
    case characterDevice(major: UInt32, minor: UInt32)
  }

  private struct Entry {
    let content: Content
    let permissions: UInt32
  }

  /// Sets what lies at an absolute path; the folders above it are added.
  ///
  /// A later call for the same path wins.
  /// - Parameter permissions: as chmod(1) takes them; nil for 0755 for folders and links, 0644 for the rest.
  package mutating func add(_ path: String, _ content: Content, permissions: UInt32? = nil) {
    let parts = path.split(separator: "/").map(String.init).filter { $0 != "." && $0 != ".." }
    guard !parts.isEmpty else { return }
    for depth in 1..<parts.count {
      let folder = parts[..<depth].joined(separator: "/")
      if entries[folder] == nil { entries[folder] = Entry(content: .folder, permissions: 0o755) }
    }
    let usual: UInt32 =
      switch content {
      case .folder: 0o755
      case .link: 0o777
      case .file, .characterDevice: 0o644
      }
    entries[parts.joined(separator: "/")] = Entry(content: content, permissions: permissions ?? usual)
  }

  /// True if something lies at an absolute path.
  package func contains(_ path: String) -> Bool {
    entries[path.split(separator: "/").joined(separator: "/")] != nil
  }

  /// The archive's bytes.
  package var bytes: [UInt8] {
    var output: [UInt8] = []
    // Byte order, which puts a folder before what is in it and does not depend on a locale.
    let sorted = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (index, (path, entry)) in sorted.enumerated() {
      append(path, entry, inode: UInt32(index + 1), to: &output)
    }
    append("TRAILER!!!", Entry(content: .file([]), permissions: 0), inode: 0, isTrailer: true, to: &output)
    pad(&output, to: 512)
    return output
  }

  private func append(
    _ path: String, _ entry: Entry, inode: UInt32, isTrailer: Bool = false, to output: inout [UInt8]
  ) {
    let (type, data, device): (UInt32, [UInt8], (UInt32, UInt32)) =
      switch entry.content {
      case .folder: (0o040000, [], (0, 0))
      case .file(let bytes): (0o100000, bytes, (0, 0))
      case .link(let target): (0o120000, Array(target.utf8), (0, 0))
      case .characterDevice(let major, let minor): (0o020000, [], (major, minor))
      }
    let mode = isTrailer ? 0 : type | entry.permissions
    let links: UInt32 = entry.content == .folder ? 2 : 1
    let name = Array(path.utf8) + [0]
    // inode, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
    let fields = [
      inode, mode, 0, 0, links, 0, UInt32(data.count), 0, 0, device.0, device.1, UInt32(name.count), 0,
    ]
    output += Array("070701".utf8)
    for field in fields { output += hex(field) }
    output += name
    pad(&output, to: 4)
    output += data
    pad(&output, to: 4)
  }

  private func hex(_ number: UInt32) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return (0..<8).map { digits[Int(number >> (28 - 4 * UInt32($0)) & 15)] }
  }

  private func pad(_ output: inout [UInt8], to size: Int) {
    output += [UInt8](repeating: 0, count: (size - output.count % size) % size)
  }
}
