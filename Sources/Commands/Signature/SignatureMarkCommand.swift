import ArgumentParser
import Foundation
import Model
import Nightly
import Reports
import ResultStore
import Storage
import StrictYAML

/// Path of the list of known issues that `zlab signature mark` writes, and that nights and comparisons read beside theirs.
var userKnownIssuesPath: String { userLocations.state.appending(path: "known-issues.yaml").path }

/// The list that `zlab signature mark` writes; empty when there is none.
/// - Throws: `RequestError` with the place of what is wrong.
func userKnownIssues() throws -> [KnownIssueRecord] {
  guard FileManager.default.fileExists(atPath: userKnownIssuesPath) else { return [] }
  return try readKnownIssues(atPath: userKnownIssuesPath)
}

struct SignatureMarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mark",
    abstract: "Put a signature on the list of known issues, or take it off.",
    discussion: """
      Known issues do not make a night or a comparison fail. `zlab nightly` and `zlab verify` read the user's list beside \
      their own; --list names another one, for instance that of a plan.

        zlab signature mark ba640c15 --reason "fixed by b97a7972b1f4" \\
          --link https://example.org/bug/1 --until 2027-01-31
        zlab signature mark ba640c15 --remove
      """)

  @Argument(
    help: ArgumentHelp("Signature, or its first digits", valueName: "signature"), completion: signatureCompletion)
  var signature: String

  @Option(help: ArgumentHelp("Reason, one line", valueName: "text"))
  var reason: String?

  @Option(help: ArgumentHelp("Link to a report or a fix", valueName: "url"))
  var link: String?

  @Option(help: ArgumentHelp("Last day on which it is known", valueName: "day"))
  var until: String?

  @Option(
    help: ArgumentHelp("Series of kernels that it is known on, for instance 6.1 (default: all)", valueName: "series"))
  var series: String?

  @Flag(help: "Take it off the list")
  var remove = false

  @Option(
    help: ArgumentHelp("List to change (default: known-issues.yaml in the state folder)", valueName: "file"),
    completion: .file())
  var list: String?

  func validate() throws {
    guard remove != (reason != nil) else { throw ValidationError("--reason or --remove is required.") }
  }

  func run() throws {
    let store = try ResultStore(userLocations)
    let group = try store.signatureGroup(signature)
    let path = list ?? userKnownIssuesPath
    try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent())
    let lock = try FileLock.blocking(path + ".lock")
    var text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    // What cannot be read must not be written anew.
    if !text.isEmpty { _ = try readKnownIssues(text, file: path) }
    for member in try store.members(of: group.signature) {
      text = KnownIssueText.without(member, in: text)
      if !remove { text += entry(member) }
    }
    _ = try readKnownIssues(text, file: path)
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw LabError("cannot write \(path): \(error.localizedDescription)")
    }
    _ = consume lock
    try printResult(
      "\(remove ? "removed" : "marked") \(group.signature)  \(escapedForTerminal(group.title)) in \(path)\n")
  }

  private func entry(_ signature: String) -> String {
    let fields = [("reason", reason), ("link", link), ("until", until), ("line", series)]
    let lines = fields.compactMap { name, value in value.map { "  \(name): \(yamlQuoted($0))\n" } }
    return "- signature: \"\(signature)\"\n" + lines.joined()
  }
}

/// Text of a list of known issues, changed without touching its comments and other entries.
enum KnownIssueText {
  /// The list without the entries of a signature.
  static func without(_ signature: String, in text: String) -> String {
    var kept: [Substring] = []
    var isGone = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-") {
        let value = line.drop { $0 == "-" || $0 == " " }
        isGone =
          value.hasPrefix("signature:")
          && value.dropFirst("signature:".count).split { $0 == " " || $0 == "\"" || $0 == "'" }.first
            .map { signature == $0 } == true
      } else if line.hasPrefix("#") {
        isGone = false
      }
      if !isGone { kept.append(line) }
    }
    let joined = kept.joined(separator: "\n")
    return joined.isEmpty || joined.hasSuffix("\n") ? joined : joined + "\n"
  }
}
