import Foundation
import HostTools
import Model
import Storage

/// git in a temporary repository of its own, which applies patches and merges files.
struct Git {
  /// Outcome of `git apply`.
  enum Outcome: Hashable {
    case applied
    /// Nothing was changed.
    case rejected
  }

  private static let memoryCap = 2 << 30

  private let executable: String
  private let root: URL

  private var repository: URL { root.appending(path: "git") }

  /// Makes the empty repository in `root`, which sees the objects of another through `objects`, a folder of objects.
  /// - Throws: ``LabError`` when git is missing or the disk refuses; `CancellationError`.
  init(_ executable: String, in root: URL, objects: URL?) async throws {
    self.executable = executable
    self.root = root
    try await GitRunner.makeRepository(root.appending(path: "git"), executable: executable)
    try await reportingDisk("prepare \(repository.path)") {
      let info = repository.appending(path: "info")
      try makeFolder(info)
      // The highest word on attributes, against what a patch writes into its own .gitattributes.
      let attributes = "* -text !eol !ident !filter !working-tree-encoding !whitespace !merge !conflict-marker-size\n"
      try Data(attributes.utf8).write(to: info.appending(path: "attributes"))
      if let objects {
        let alternates = repository.appending(path: "objects/info/alternates")
        try makeFolder(alternates.deletingLastPathComponent())
        try Data((objects.path + "\n").utf8).write(to: alternates)
      }
    }
  }

  /// Applies a diff to the files in `folder`, wholly or not at all.
  /// - Throws: ``LabError`` when git breaks; `CancellationError`.
  func apply(_ diff: [UInt8], in folder: URL, ignoringWhitespace: Bool) async throws -> Outcome {
    let options = ignoringWhitespace ? ["--ignore-whitespace"] : []
    let result = try await applying(diff, in: folder, ["--quiet"] + options).result()
    switch result.code {
    case 0: return .applied
    case 1: return .rejected
    default:
      // git ends so for a diff that it cannot read, and when it could not write; only the first is the mail's fault.
      let check = try await applying(diff, in: folder, ["--check"] + options).result()
      guard check.code == 1 || check.code == 128 else {
        throw LabError("cannot apply a patch in \(folder.path): git apply ended with code \(result.code)")
      }
      return .rejected
    }
  }

  /// Error of git for a diff, in its own words, first line only; nil when it has nothing.
  func objection(to diff: [UInt8], in folder: URL) async throws -> String? {
    let result = try await applying(diff, in: folder, ["--check", "--ignore-whitespace"]).result()
    guard result.code != 0 else { return nil }
    let line = result.stderr.split(separator: "\n").first { $0.hasPrefix("error: ") || $0.hasPrefix("fatal: ") }
    return ShownLine.escaped(line?.dropFirst(7) ?? "git apply ended with code \(result.code)", longest: 300)
  }

  private func applying(_ diff: [UInt8], in folder: URL, _ options: [String]) -> HostTool {
    var tool = tool(["apply", "-p1", "--whitespace=nowarn"] + options + ["-"], in: folder, to: "apply a patch")
    // A binary change of a few bytes can ask for any size of file.
    tool.arguments = ["-c", "ulimit -d \(Self.memoryCap >> 10) && exec \"$@\"", "sh", executable] + tool.arguments
    tool.executable = "sh"
    tool.input = diff
    return tool
  }

  /// The ids of files in `folder` as blobs, in their order.
  func blobNames(of paths: [String], in folder: URL) async throws -> [String] {
    guard !paths.isEmpty else { return [] }
    var tool = tool(["hash-object", "--no-filters", "--stdin-paths"], in: folder, to: "name the tree's files as blobs")
    tool.input = paths.flatMap { Array((folder.appending(path: $0).path + "\n").utf8) }
    return try await tool.run().text.split(separator: "\n").map(String.init)
  }

  /// The content of a blob by the start of its id; nil when there is none, more than one, or it is too large.
  func blob(_ name: String) async throws -> [UInt8]? {
    guard 7...64 ~= name.count, name.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    let object = name + "^{blob}"
    let size = try await tool(["cat-file", "-s", object], in: root, to: "look for a blob").result()
    guard size.code == 0, let bytes = Int(size.text.filter(\.isNumber)), bytes <= SourceText.byteCap else { return nil }
    var read = tool(["cat-file", "blob", object], in: root, to: "read the blob \(name)")
    read.outputLimit = SourceText.byteCap + 1
    return try await read.run().output
  }

  /// Merges what became of `base` in `theirs` into `ours`.
  /// - Returns: the merged bytes, or how many places conflict.
  func merge(ours: URL, base: URL, theirs: URL) async throws -> (merged: [UInt8], conflicts: Int) {
    let files = [ours.path, base.path, theirs.path]
    var tool = tool(["merge-file", "--stdout", "--quiet"] + files, in: root, to: "merge a file three-way")
    tool.outputLimit = 3 * SourceText.byteCap
    let result = try await tool.result()
    // Above that are git's own failures, as for binary files.
    return (result.output, result.code <= 127 ? result.code : 127)
  }

  private func tool(_ arguments: [String], in folder: URL, to purpose: String) -> HostTool {
    var git = GitRunner(repository: repository)
    (git.executable, git.workTree) = (executable, folder)
    return git.tool(arguments, to: purpose)
  }
}
