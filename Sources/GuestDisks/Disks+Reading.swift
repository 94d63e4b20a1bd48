import CGuestfs
import Foundation

/// Type of an entry on a disk.
package struct DiskEntry: Sendable, Hashable {
  package enum Kind: Sendable, Hashable { case file, folder, link, other }

  package let kind: Kind
  /// In bytes.
  package let size: Int
  /// The lower twelve bits of `st_mode`.
  package let permissions: Int
  /// Seconds since 1970.
  package let modified: Int
}

extension Disks {
  /// Entry under a name; a link is not followed.
  /// - Throws: ``GuestfsError``.
  package func entry(_ path: DiskPath) throws(GuestfsError) -> DiskEntry {
    guard let status = unsafe guestfs_lstatns(handle, path.cString) else { throw failure("look at \(path)") }
    defer { unsafe guestfs_free_statns(status) }
    let mode = unsafe Int(status.pointee.st_mode)
    let kind: DiskEntry.Kind =
      switch mode & Int(S_IFMT) {
      case Int(S_IFREG): .file
      case Int(S_IFDIR): .folder
      case Int(S_IFLNK): .link
      default: .other
      }
    return unsafe DiskEntry(
      kind: kind, size: Int(clamping: status.pointee.st_size), permissions: mode & 0o7777,
      modified: Int(clamping: status.pointee.st_mtime_sec))
  }

  /// The names in a folder, sorted, without `.` and `..`.
  /// - Throws: ``GuestfsError``, also when they are too many for one message of libguestfs (4 MiB).
  package func names(in folder: DiskPath) throws(GuestfsError) -> [[UInt8]] {
    guard let list = unsafe take(guestfs_ls(handle, folder.cString)) else { throw failure("list \(folder)") }
    return list
  }

  /// Everything below a folder, relative to it, in no order; links are not followed.
  ///
  /// The names go through a pipe: a disk may hold more of them than the host has room for.
  /// - Parameter most: bytes of names that are kept; what comes after that is left out.
  /// - Throws: ``GuestfsError``, also for a folder with paths longer than PATH_MAX below it; libguestfs 1.48 then answers no
  ///   further call.
  package func everything(below folder: DiskPath, most: Int = 16 << 20) throws(GuestfsError) -> [[UInt8]] {
    guard let pipe = CappedPipe(most: most) else {
      throw GuestfsError(code: errno, operation: "look below \(folder)", reason: "this process has no descriptor left")
    }
    let result = unsafe guestfs_find0(handle, folder.cString, pipe.path)
    let data = pipe.finish()
    try check(result, "look below \(folder)")
    // It cuts the folder off, and the slash after it only where the folder is the root.
    var names = data.split(separator: 0, omittingEmptySubsequences: true).map { name in
      Array(name.drop { $0 == UInt8(ascii: "/") })
    }
    if data.last != 0, !names.isEmpty { names.removeLast() }
    return names
  }

  /// The target of a symbolic link, with invalid UTF-8 replaced.
  /// - Throws: ``GuestfsError``.
  package func target(of link: DiskPath) throws(GuestfsError) -> String {
    guard let text = unsafe take(text: guestfs_readlink(handle, link.cString)) else {
      throw failure("read the link \(link)")
    }
    return text
  }

  /// The beginning of a file.
  /// - Parameter most: bytes that are read.
  /// - Throws: ``GuestfsError``, also for what is no file: a FIFO would never answer.
  package func read(_ path: DiskPath, most: Int) throws(GuestfsError) -> [UInt8] {
    try checkFile(path)
    var bytes: [UInt8] = []
    while bytes.count < most {
      // libguestfs takes messages of 4 MiB at most (guestfs(3), "Protocol limits").
      let requested = min(2 << 20, most - bytes.count)
      var count = 0
      let piece = unsafe guestfs_pread(handle, path.cString, Int32(requested), Int64(bytes.count), &count)
      guard let piece = unsafe piece else { throw failure("read \(path)") }
      bytes += unsafe UnsafeBufferPointer(start: piece, count: count).map { UInt8(bitPattern: $0) }
      unsafe free(piece)
      if count == 0 { break }
    }
    return bytes
  }

  /// Copies the beginning of a file to the host, to a file that is made.
  /// - Parameter most: bytes that are copied.
  /// - Throws: ``GuestfsError``, also for what is no file.
  package func download(_ path: DiskPath, to file: String, most: Int) throws(GuestfsError) {
    let size = min(most, try checkFile(path).size)
    try check(
      unsafe guestfs_download_offset(handle, path.cString, file, 0, Int64(size)), "copy \(path) from the disk")
  }

  /// A file's SHA-256, 64 hex digits.
  /// - Throws: ``GuestfsError``, also for what is no file.
  package func sha256(of path: DiskPath) throws(GuestfsError) -> String {
    try checkFile(path)
    guard let text = unsafe take(text: guestfs_checksum(handle, "sha256", path.cString)) else {
      throw failure("sum \(path)")
    }
    return text
  }

  @discardableResult
  private func checkFile(_ path: DiskPath) throws(GuestfsError) -> DiskEntry {
    let entry = try followed(path)
    guard entry.kind == .file else {
      throw GuestfsError(code: EINVAL, operation: "read \(path)", reason: "it is not a regular file")
    }
    return entry
  }

  // Links are followed by the appliance, within its disks.
  private func followed(_ path: DiskPath) throws(GuestfsError) -> DiskEntry {
    let entry = try entry(path)
    guard entry.kind == .link else { return entry }
    guard let real = unsafe take(text: guestfs_realpath(handle, path.cString)) else { throw failure("follow \(path)") }
    return try self.entry(DiskPath(real))
  }
}
