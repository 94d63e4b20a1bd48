import Foundation

/// Files of a kernel tree, which may be anybody's: no name leads out of it, and not too much is read.
struct TreeFiles {
  private let root: String
  private var files = 0
  private var bytes = 0
  /// Reason why something was not read, with its name; at most a hundred.
  private(set) var complaints: [String] = []

  // Linux 6.12 has 1800 Kconfig files of together 7 MB.
  private static let mostFiles = 10_000
  private static let mostBytes = 64 << 20
  private static let largestFile = 4 << 20

  init(root: String) { self.root = root }

  /// The file's bytes; nil, with a complaint, when there is none to be read.
  mutating func read(_ path: String) -> [UInt8]? {
    files += 1
    guard files <= Self.mostFiles, bytes <= Self.mostBytes else { return refuse(path, "is one file too many") }
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    let isInside = components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
    guard isInside, path.utf8.count < 4096 else { return refuse(path, "is no path in the tree") }
    let descriptor = descend(components)
    guard descriptor >= 0 else { return refuse(path, String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return refuse(path, "is not a regular file")
    }
    guard status.st_size <= Self.largestFile else { return refuse(path, "is too large") }
    let content = Self.content(descriptor, upTo: Int(status.st_size))
    bytes += content.count
    return content
  }

  /// Says that something in the tree is not understood.
  mutating func complain(_ text: String) {
    if complaints.count < 100 { complaints.append(text.escaped(limit: 300)) }
  }

  private mutating func refuse(_ path: String, _ reason: String) -> [UInt8]? {
    complain("\(path): \(reason)")
    return nil
  }

  /// The folders in a folder of the tree, sorted; at most a hundred.
  static func folders(in path: String, of root: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)")) ?? []
    return Array(names.sorted().prefix(100))
  }

  // Folder by folder, so that no symbolic link is followed on the way; -1 with errno when there is no way.
  private func descend(_ components: [Substring]) -> Int32 {
    var folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for (index, component) in components.enumerated() where folder >= 0 {
      let isLast = index == components.count - 1
      // A FIFO must not make the open wait.
      let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (isLast ? 0 : O_DIRECTORY)
      let next = openat(folder, String(component), flags)
      let error = errno
      close(folder)
      errno = error
      folder = next
    }
    return folder
  }

  private static func content(_ descriptor: Int32, upTo size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
      while used < size {
        let got = Foundation.read(descriptor, buffer.baseAddress?.advanced(by: used), size - used)
        guard got > 0 else { break }
        used += got
      }
    }
  }
}
