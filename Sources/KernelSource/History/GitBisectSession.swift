import Foundation
import HostTools
import Model

/// A `git bisect` of the user's that goes on in a repository.
package struct GitBisectSession: Sendable, Hashable {
  /// The id of the commit that git knows to be bad: at first the bad end.
  package var bad: String
  /// Commits among which the culprit is, as git sees it now.
  package var candidates: Int
  /// Tells it from those before and after it.
  package var identity: String
}

extension GitRepository {
  /// Session of `git bisect`, or nil when no bisection goes on.
  /// - Throws: ``RequestError`` when no bad commit is known yet, ``LabError``.
  package func bisectSession() async throws -> GitBisectSession? {
    let start = path(of: "BISECT_START")
    var status = stat()
    guard stat(start, &status) == 0 else { return nil }
    // Two lines, the word for bad first (git, builtin/bisect.c: write_terms).
    let terms = FileManager.default.contents(atPath: path(of: "BISECT_TERMS")) ?? Data()
    let words = String(decoding: terms.prefix(1024), as: UTF8.self).split(separator: "\n").map(String.init)
    let (badWord, goodWord) = words.count >= 2 ? (words[0], words[1]) : ("bad", "good")
    guard let bad = try await commitIfAny("refs/bisect/\(badWord)") else {
      throw RequestError(
        "git bisect knows no bad commit yet in \(folder.path)", advice: "`git bisect bad COMMIT` names one.")
    }
    let count = ["rev-list", "--count", bad, "--not", "--glob=refs/bisect/\(goodWord)-*"]
    let answer = try await read(count).text.trimmingCharacters(in: .whitespacesAndNewlines)
    let time = status.st_mtim
    return GitBisectSession(
      bad: bad, candidates: Int(answer) ?? 1, identity: "\(status.st_ino).\(time.tv_sec).\(time.tv_nsec)")
  }

  /// The commit that git wants tested: with `git bisect start --no-checkout` that is not the one that is checked out.
  /// - Throws: ``RequestError`` when there is none.
  package func commitUnderTest() async throws -> (id: String, isCheckedOut: Bool) {
    if let id = try await commitIfAny("BISECT_HEAD") { return (id, false) }
    return (try await commit("HEAD"), true)
  }
}
