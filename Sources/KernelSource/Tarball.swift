import Foundation
import HostTools
import Model

/// A tar archive of a kernel source, compressed or not, with one folder in it. Nothing in it is trusted.
struct Tarball {
  private let file: URL

  init(_ file: URL) { self.file = file }

  /// Unpacks the archive's one folder into `folder`, in the sandbox: without rights of its own tar makes no device node,
  /// and the sandbox's system call filter lets nobody make a file setuid.
  /// - Throws: ``RequestError`` when it holds what a source has not, or is none; ``LabError`` when the disk is full;
  ///   `CancellationError`.
  func unpack(into folder: URL, to purpose: String) async throws {
    let words = ["--extract", "--file=/archive", "--force-local", "--strip-components=1", "--no-same-owner"]
    var tool = HostTool("tar", words + ["--no-same-permissions", "--no-xattrs", "--no-acls"], to: purpose)
    tool.timeLimit = .seconds(1800)
    let box = Sandbox(
      mounts: [.init(file.path, at: "/archive"), .init(folder.path, at: "/tree", isWritable: true)],
      directory: "/tree", fileLimit: 1 << 30)
    let result = try await box.sandboxed(tool).result()
    guard result.code != 0 else { return }
    let stderr = result.stderr
    if stderr.contains("No space left on device") || stderr.contains("Disk quota exceeded") {
      throw LabError("cannot \(purpose): the disk is full", advice: "Set ZLAB_HOME to move the cache to another disk.")
    }
    if stderr.hasPrefix("bwrap: ") { throw LabError("cannot \(purpose): \(firstLine(stderr))") }
    throw RequestError(
      "cannot \(purpose): \(firstLine(stderr))",
      advice: "A kernel source is a tar archive of one folder with files and links in it.")
  }

  private func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map { String($0.prefix(300)) } ?? "tar failed without a word"
  }
}
