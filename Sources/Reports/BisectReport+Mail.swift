import Foundation
import Model

extension BisectReport {
  /// A plain-text mail about the culprit, to be read over and sent by the user; it has no addressees but what
  /// `get_maintainer.pl` says, as text. Lines have at most 72 columns, but for commands.
  package func mail() -> String {
    var lines: [String] = []
    lines += wrapped(opening) + [""]
    if let culprit {
      lines += ["  " + oneLine("\(culprit.id.prefix(12)) (\"\(culprit.subject)\")", width: mailWidth - 2)]
      lines += ["  " + oneLine("by \(culprit.author)", width: mailWidth - 2), ""]
    }
    for sentence in sentences { lines += wrapped(sentence.prefix(1).uppercased() + sentence.dropFirst() + ".") }
    for warning in warnings { lines += wrapped("Note: \(warning).") }
    lines += mailEvidence + mailSignatures
    if !checks.isEmpty {
      lines += ["", "To verify manually", ""]
      lines += checks.flatMap { shellLines($0.split(separator: " ").map(String.init), width: mailWidth) }
    }
    if !maintainers.isEmpty {
      lines += ["", "scripts/get_maintainer.pl", ""]
      lines += maintainers.map { "  " + oneLine($0, width: mailWidth - 2) }
    }
    if let culprit, outcome == .found, (suspects.first?.commits.count ?? 1) == 1 {
      // As submitting-patches.rst wants it for whoever sends the fix.
      lines += ["", "  Fixes: " + oneLine("\(culprit.id.prefix(12)) (\"\(culprit.subject)\")", width: 200)]
    }
    return header + "\n" + lines.map { $0.trimmedEnd + "\n" }.joined()
  }

  private var header: String {
    let about = culprit.map { "\"\($0.subject)\"" } ?? "a bisection of \(scenario)"
    let title = signatures.first { $0.isTargeted && $0.title != nil }?.title
    return mailHeader("Subject", title.map { "\($0) since \(about)" } ?? about, prefix: "[REGRESSION]")
      + plainTextFields
  }

  private var opening: String {
    let subject = "A bisection of \(count(commits, "commit")) with the zlab scenario \(scenario)"
    guard let outcome else { return subject + " is in progress. Current state:" }
    return outcome == .found
      ? subject + " identified this commit as the culprit (confidence \(percent(confidence))):"
      : subject + " ended without a culprit: \(outcome.words)."
  }

  private var mailEvidence: [String] {
    guard !evidence.isEmpty else { return [] }
    let lines = evidence.map { line in
      let start = "  \(line.commit.id.prefix(12))  \(line.result)  "
      return start + oneLine(line.commit.subject, width: max(8, mailWidth - start.width))
    }
    return ["", "Failed trials of valid trials, oldest commit first", ""] + lines
  }

  private var mailSignatures: [String] {
    guard !signatures.isEmpty else { return [] }
    let lines = signatures.map { one in
      let start = "  \(one.isTargeted ? "target" : "other ") [\(oneLine(one.signature, width: 16))] "
      return start + oneLine(one.title ?? "", width: mailWidth - start.width)
    }
    return ["", "Signatures", ""] + lines
  }
}
