import Foundation
import Guest
import Model

/// Request for files of one disk, with their destination. All that the disk says is hostile.
struct FileCollector: Sendable {
  let patterns: [PathPattern]
  let folder: String
  let place: String
  let limits: CollectionLimits

  func take(from disks: Disks) throws(GuestfsError) -> [CollectedFile] {
    var files: [CollectedFile] = []
    var left = limits.bytes
    let wanted = try candidates(on: disks)
    for path in wanted {
      // What cannot be looked at is told; the rest may be sound.
      guard let entry = try? disks.entry(path) else {
        files.append(CollectedFile(path: path.description, file: nil, size: 0, note: "it cannot be read"))
        continue
      }
      guard entry.kind == .file else { continue }
      guard files.count < limits.files else {
        files.append(note("and others: more than \(limits.files) files"))
        break
      }
      files.append(take(path, entry, &left, disks))
    }
    return files
  }

  private func note(_ words: String) -> CollectedFile { CollectedFile(path: "", file: nil, size: 0, note: words) }

  private func take(_ path: DiskPath, _ entry: DiskEntry, _ left: inout Int, _ disks: Disks) -> CollectedFile {
    var result = CollectedFile(path: path.description, file: nil, size: entry.size)
    guard left > 0 || entry.size == 0 else {
      result.note = "not taken: the \(limits.bytes >> 20) MiB that may be are full"
      return result
    }
    let name = hostPath(of: path.bytes)
    let host = folder + "/" + name
    do {
      try makeEmpty(host)
      try disks.download(path, to: host, most: left)
      left -= min(left, entry.size)
      result.file = place + "/" + name
      if entry.size > size(of: host) { result.note = "cut: the \(limits.bytes >> 20) MiB that may be taken are full" }
    } catch {
      unsafe unlink(host)
      result.note = "not taken: \((error as? GuestfsError)?.reason ?? (error as? LabError)?.problem ?? "\(error)")"
    }
    return result
  }

  /// Makes the file, which nobody must have made before: two names of a guest's may come to one of ours.
  private func makeEmpty(_ path: String) throws {
    let parent = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LabError("cannot make \(path): \(unsafe String(cString: strerror(errno)))") }
    close(descriptor)
  }

  private func size(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
  }

  /// All that the patterns mean, whatever it is, sorted.
  private func candidates(on disks: Disks) throws(GuestfsError) -> [DiskPath] {
    var found: Set<DiskPath> = []
    for pattern in patterns {
      let start = DiskPath(pattern.fixed)
      // What is not there cannot be collected; the guest may not have come so far.
      guard let entry = try? disks.entry(start) else { continue }
      if pattern.matches(start.bytes) { found.insert(start) }
      guard entry.kind == .folder else { continue }
      for name in try disks.everything(below: start) {
        let path = start.appending(name)
        if pattern.matches(path.bytes) { found.insert(path) }
      }
    }
    return found.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }
}
