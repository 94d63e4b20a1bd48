import Foundation
import PatchMail

/// A tree of its own for one test, gone with it.
final class PatchFixture: Sendable {
  let root = FileManager.default.temporaryDirectory.appending(path: "zlab-desk-\(UUID().uuidString)")
  var tree: URL { root.appending(path: "tree") }

  init(_ files: [String: String] = [:]) throws {
    try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
    for (path, text) in files { try write(text, to: path) }
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func write(_ text: String, to path: String, mode: Int = 0o644) throws {
    let file = tree.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
  }

  func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: tree.appending(path: path)), as: UTF8.self)
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: tree.appending(path: path).path) }

  /// All that `root` holds: what each path is, its permissions, and its content.
  func state() throws -> [String: String] {
    var state: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
      let place = root.appending(path: path).path
      let facts = try FileManager.default.attributesOfItem(atPath: place)
      let kind = facts[.type] as? FileAttributeType
      let content =
        switch kind {
        case .typeRegular?: try Data(contentsOf: URL(filePath: place)).base64EncodedString()
        case .typeSymbolicLink?: try FileManager.default.destinationOfSymbolicLink(atPath: place)
        default: ""
        }
      state[path] = "\(kind?.rawValue ?? "?") \(facts[.posixPermissions] ?? 0) \(content)"
    }
    return state
  }

  /// Runs git in a folder of this desk, with no settings of the user's.
  @discardableResult
  func git(_ arguments: String..., in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": root.path, "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CEILING_DIRECTORIES": root.path,
      "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
      "GIT_COMMITTER_EMAIL": "a@example.org",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    struct Failure: Error { var arguments: [String] }
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  /// A repository beside the tree that holds this text as a blob.
  func repository(with text: String) throws -> URL {
    let folder = root.appending(path: "repository")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try git("init", "--quiet", in: folder)
    try Data(text.utf8).write(to: folder.appending(path: "file"))
    try git("add", "file", in: folder)
    try git("commit", "--quiet", "-m", "a file", in: folder)
    return folder
  }

  /// The id that git gives a text.
  func blobName(_ text: String) throws -> String {
    let file = root.appending(path: "blob")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try git("hash-object", "--no-filters", file.path, in: root)
  }
}

/// Mails around diffs.
enum Mails {
  static func one(_ diff: String, tag: String = "PATCH", subject: String = "lamp: Glow") -> String {
    """
    From: Ada Muster <ada@example.org>
    Subject: [\(tag)] \(subject)

    Why it glows.
    ---
    \(diff)
    --\u{20}
    2.39.5


    """
  }

  static func series(_ diffs: String...) throws -> PatchSeries {
    let mails = diffs.enumerated().map { index, diff in
      "From ada@example.org Mon Jan  1 00:00:00 2024\n"
        + one(diff, tag: diffs.count == 1 ? "PATCH" : "PATCH \(index + 1)/\(diffs.count)")
    }
    return try PatchMail.read(Array(mails.joined().utf8), name: "glow.mbox")
  }
}

/// The file that most patches of these tests change.
enum Lamp {
  static let path = "drivers/lamp/lamp.c"

  static let text = """
    // A lamp that exists nowhere.
    #include "lamp.h"

    static int lamp_level(struct lamp *lamp)
    {
    \tif (!lamp->bulb)
    \t\treturn -1;

    \treturn lamp->level;
    }

    int lamp_dim(struct lamp *lamp, int steps)
    {
    \tint level = lamp_level(lamp);

    \tlevel -= steps;
    \tif (level < 0)
    \t\tlevel = 0;

    \tlamp->level = level;
    \treturn 0;
    }

    void lamp_release(struct lamp *lamp)
    {
    \tlamp->bulb = NULL;
    \tlamp_forget(lamp);
    }

    """

  /// Makes `lamp_dim` check the level, with an index line that names the file's blob when `index` does.
  static func dim(index: String? = nil) -> String {
    """
    diff --git a/drivers/lamp/lamp.c b/drivers/lamp/lamp.c
    \(index.map { "index \($0) 100644\n" } ?? "")--- a/drivers/lamp/lamp.c
    +++ b/drivers/lamp/lamp.c
    @@ -13,6 +13,9 @@ int lamp_dim(struct lamp *lamp, int steps)
     {
     \tint level = lamp_level(lamp);
    \u{20}
    +\tif (level < 0)
    +\t\treturn level;
    +
     \tlevel -= steps;
     \tif (level < 0)
     \t\tlevel = 0;
    """
  }

  /// Makes `lamp_release` write a line.
  static let release = """
    diff --git a/drivers/lamp/lamp.c b/drivers/lamp/lamp.c
    --- a/drivers/lamp/lamp.c
    +++ b/drivers/lamp/lamp.c
    @@ -24,5 +24,6 @@ int lamp_dim(struct lamp *lamp, int steps)
     void lamp_release(struct lamp *lamp)
     {
     \tlamp->bulb = NULL;
    -\tlamp_forget(lamp);
    +\tlamp_log("released");
    +\tlamp_drop(lamp);
     }
    """
}
