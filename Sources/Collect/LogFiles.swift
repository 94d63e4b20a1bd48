import Foundation
package import Model

/// A log of the file system: one file, or several that are pieces of one.
package struct LogFile: Sendable, Hashable {
  /// In the order in which they are read.
  package var paths: [String]
  package var host: String

  package init(_ paths: [String], host: String = "") {
    self.paths = paths
    self.host = host
  }

  /// Name among the sources.
  package var source: String { "file:" + (paths.first ?? "") }

  /// Size, time and inode of its files: what has not changed is not read again.
  package func stamp() -> String? {
    var words = ["1"]
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      words.append("\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ino)")
    }
    return words.joined(separator: ", ")
  }

  /// Logs of files and folders as the command line names them, each once.
  ///
  /// Below a folder hidden files and symbolic links are left out, and of a maildir (`cur`, `new`, `tmp`) what is not yet
  /// delivered. The folder directly below the named one gives the host's name, unless there is none.
  /// - Throws: `RequestError` for a path that is not there.
  package static func find(_ names: [String], host: String?) throws(RequestError) -> [LogFile] {
    var found: [LogFile] = []
    var known: Set<String> = []
    for name in names {
      let path = URL(fileURLWithPath: name).standardizedFileURL.path
      var status = stat()
      guard stat(path, &status) == 0 else {
        throw RequestError("cannot read \(name): \(String(cString: strerror(errno)))")
      }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        if known.insert(path).inserted { found.append(LogFile([path], host: host ?? "")) }
        continue
      }
      for file in walk(path) where known.insert(file).inserted {
        let parts = file.dropFirst(path.count + 1).split(separator: "/")
        let isMaildir = ["cur", "new"].contains(parts.dropLast().last)
        let folder = parts.count > 1 && !isMaildir ? String(parts[0]) : ""
        found.append(LogFile([file], host: host ?? folder))
      }
    }
    return found
  }

  /// Records of pstore: the pieces that each folder holds are one log, which the unpacker puts in order.
  /// Source: `fs/pstore/inode.c` for the names.
  package static func pstore(_ folders: [String], host: String) -> [LogFile] {
    var byFolder: [String: [String]] = [:]
    for folder in folders {
      for file in walk(folder) {
        let url = URL(fileURLWithPath: file)
        guard url.lastPathComponent.hasPrefix("dmesg") else { continue }
        // systemd-pstore(8) joins the pieces itself.
        let isWhole = url.lastPathComponent == "dmesg.txt"
        byFolder[isWhole ? file : url.deletingLastPathComponent().path, default: []].append(file)
      }
    }
    return byFolder.sorted { $0.key < $1.key }.map { LogFile($0.value.sorted(), host: host) }
  }

  /// The logs that kdump leaves beside a core, which is never read: `vmcore-dmesg.txt` of kexec-tools, `dmesg.TIME` of
  /// kdump-tools.
  package static func kdump(_ folder: String, host: String) -> [LogFile] {
    walk(folder).filter { file in
      let name = URL(fileURLWithPath: file).lastPathComponent
      return name.hasPrefix("vmcore-dmesg") || name.hasPrefix("dmesg.")
    }.map { LogFile([$0], host: host) }
  }

  /// Regular files below a folder, in order.
  private static func walk(_ folder: String) -> [String] {
    var files: [String] = []
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }
    let isMaildir = Set(names).isSuperset(of: ["cur", "new", "tmp"])
    for name in names.sorted() where !(isMaildir && name == "tmp") {
      let path = folder + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: files += walk(path)
      case S_IFREG: files.append(path)
      default: break
      }
    }
    return files
  }
}

/// Result of reading one source.
package struct SourceResult: Sendable {
  package var name: String
  package var sightings: [FieldSighting] = []
  package var position: SourcePosition?
  package var bytes = 0
  /// Reason why it could not be read; nil when it was.
  package var failure: String?

  package init(_ name: String) { self.name = name }
}

extension LogFile {
  private static let piece = 1 << 20

  /// Reads it on the calling thread.
  /// - Parameter stop: asked between two pieces.
  package func scan(until stop: () -> Bool = { false }) -> SourceResult {
    var result = SourceResult(paths.first ?? "")
    let stamp = stamp()
    let time = paths.compactMap { modified($0) }.max() ?? Date()
    var context = LogContext(origin: result.name, time: time)
    context.host = host
    let scanner = ReportScanner(context)
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Self.piece)
    defer { buffer.deallocate() }
    for path in paths {
      let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        result.failure = String(cString: strerror(errno))
        return result
      }
      defer { close(descriptor) }
      var last: UInt8 = 0x0a
      while !stop() {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
          var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          poll(&wait, 1, 100)
          continue
        }
        guard count >= 0 else {
          result.failure = String(cString: strerror(errno))
          return result
        }
        if count == 0 { break }
        if result.bytes == 0, paths.count == 1,
          let reports = kcidb(UnsafeBufferPointer(rebasing: buffer[..<count]), path)
        {
          result.sightings = reports.sightings
          result.bytes = reports.bytes
          result.position = stamp.map { SourcePosition(source: source, position: $0) }
          return result
        }
        result.bytes += count
        last = buffer[count - 1]
        scanner.feed(UnsafeBufferPointer(rebasing: buffer[..<count]))
      }
      if paths.count > 1, last != 0x0a { [0x0a].withUnsafeBufferPointer { scanner.feed($0) } }
    }
    guard !stop() else {
      result.failure = "interrupted"
      return result
    }
    scanner.finish()
    result.sightings = scanner.takeSightings()
    // One that grew while it was read is read again.
    if paths != ["-"], let stamp, stamp == self.stamp() {
      result.position = SourcePosition(source: source, position: stamp)
    }
    return result
  }

  private func modified(_ path: String) -> Date? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
  }

  /// Excerpts of a KCIDB file; nil when it is none.
  private func kcidb(
    _ start: UnsafeBufferPointer<UInt8>, _ path: String
  ) -> (sightings: [FieldSighting], bytes: Int)? {
    guard path != "-", start.first(where: { $0 > 0x20 }) == 0x7b else { return nil }
    guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size <= 64 << 20,
      let data = FileManager.default.contents(atPath: path), let reports = KCIDBFile(data)
    else { return nil }
    return (reports.sightings(origin: path, time: modified(path) ?? Date(), host: host), data.count)
  }
}
