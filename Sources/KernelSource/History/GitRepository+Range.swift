import Foundation
import HostTools
import Model

extension GitRepository {
  /// More commits than a person waits for: a search looks at each of them before each batch of trials.
  package static let mostCandidates = 100_000

  /// The commits that `git bisect` would search too: reachable from `bad`, and from none of `good`.
  ///
  /// - Parameters:
  ///   - good: ids of commits.
  ///   - bad: the id of a commit.
  /// - Throws: ``RequestError`` when there are none or more than ``mostCandidates``, ``LabError``.
  package func range(good: [String], bad: String) async throws -> CommitRange {
    // A field a line; the subject comes last and never has a line's end in it (git-log(1), `%s`).
    let format = "--format=%m%n%H%n%T%n%P%n%at%n%aN <%aE>%n%s"
    let most = Self.mostCandidates
    let log = ["log", "-z", "--topo-order", "--boundary", "--max-count=\(most + 1)", "--no-show-signature", format]
    let lines = try await read(log + ["--stdin"]) {
      $0.input = Array(([bad] + good.map { "^" + $0 }).joined(separator: "\n").utf8) + [0x0a]
      $0.outputLimit = 256 << 20
      $0.timeLimit = .seconds(600)
    }.output.split(separator: 0, omittingEmptySubsequences: true)
    var range = CommitRange(candidates: [], boundary: [])
    for line in lines {
      let (mark, commit) = try read(line)
      if mark == "-" { range.boundary.append(commit) } else { range.candidates.append(commit) }
    }
    guard !range.candidates.isEmpty else { throw try await emptyRange(good, bad) }
    guard range.candidates.count <= most else {
      throw RequestError(
        "there are more than \(most) commits between good and bad", advice: "Name a good commit that is nearer.")
    }
    range.candidates.reverse()
    return range
  }

  private func read(_ line: ArraySlice<UInt8>) throws(LabError) -> (Substring, Commit) {
    let fields = String(decoding: line, as: UTF8.self)
      .split(separator: "\n", maxSplits: 6, omittingEmptySubsequences: false)
    let parents = fields.count == 7 ? fields[3].split(separator: " ").map(String.init) : []
    guard fields.count == 7, isObjectID(fields[1]), isObjectID(fields[2]), parents.allSatisfy({ isObjectID($0) })
    else { throw LabError("cannot read the history of \(folder.path): git says '\(fields.first ?? "")'") }
    let commit = Commit(
      id: String(fields[1]), tree: String(fields[2]), parents: parents, author: String(fields[5].prefix(200)),
      date: Date(timeIntervalSince1970: Double(fields[4]) ?? 0), subject: String(fields[6].prefix(200)))
    return (fields[0], commit)
  }

  private func emptyRange(_ good: [String], _ bad: String) async throws -> RequestError {
    if good.contains(bad) { return RequestError("the good and the bad commit are the same, \(bad.prefix(12))") }
    return RequestError(
      "the bad commit \(bad.prefix(12)) is part of the history of a good one, so no commit between them can be at fault",
      advice: "Are --good and --bad the wrong way round?")
  }
}
