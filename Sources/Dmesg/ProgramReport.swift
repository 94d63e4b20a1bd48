package import Model

/// A finding that a program reports of a kernel that printed nothing: data that came back wrong, for instance.
///
/// - Parameters:
///   - complaint: its words, of which the first line counts; the part up to the second colon says what kind of wrong
///     it is, and the rest the particulars: `blk-user: data corruption: block 11 holds 0`.
///   - line: where the console stood, 1-based.
package func programFinding(_ program: String, stderr: String, line: Int) -> Finding {
  let first = stderr.split(separator: "\n").first.map { String($0.prefix(200)) } ?? "\(program): no reason given"
  let parts = first.split(separator: ":", maxSplits: 2).map { $0.trimmingPrefix(while: \.isWhitespace) }
  let title = Signature.neutral(parts.prefix(2).joined(separator: ": "))
  return Finding(
    kind: .other, title: title, message: first, arch: "s390x", firstLine: line, lastLine: line,
    signature: Signature.make(kind: .other, function: program, bugClass: title))
}

/// A finding for a test that failed, of those that a program in the guest tells of.
///
/// - Parameters:
///   - program: the actor's name.
///   - test: as the program names it.
///   - reason: what was said of it; nil for nothing.
///   - line: where the console stood, 1-based.
package func testFinding(_ program: String, test: String, reason: String?, line: Int) -> Finding {
  let title = "\(program): \(test) failed"
  return Finding(
    kind: .other, title: title, message: reason.map { "\(title): \($0)" } ?? title, arch: "s390x", firstLine: line,
    lastLine: line, signature: Signature.make(program: program, test: test))
}

/// A finding for a kernel that admits a failure of which its log has no report.
///
/// - Parameters:
///   - taint: the letters of the taint flags that it gained; empty when only counters rose.
///   - counters: the names of the counters that rose, of `warn_count` and `oops_count`.
///   - lines: the end of the console, 1-based.
package func taintFinding(_ taint: String, counters: [String], lines: ClosedRange<Int>) -> Finding {
  let what = taint.isEmpty ? "kernel raised \(counters.joined(separator: " and "))" : "kernel tainted (\(taint))"
  let title = "\(what) without a report that zlab knows"
  return Finding(
    kind: .other, title: title, message: title, tainted: true, taint: taint.isEmpty ? nil : taint, arch: "s390x",
    firstLine: lines.lowerBound, lastLine: lines.upperBound,
    signature: Signature.make(kind: .other, function: nil, bugClass: title))
}
