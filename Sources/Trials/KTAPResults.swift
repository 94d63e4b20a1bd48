package import Model

/// Results of a test program in KTAP 1 or TAP 13 and 14 (Documentation/dev-tools/ktap.rst).
///
/// Results of subtests, which are indented, count through the test that they belong to.
package struct KTAPResults: Sendable, Hashable {
  /// One test that failed.
  package struct Failure: Sendable, Hashable {
    /// As the program names it, for instance `iommufd.cmd_length`; at most 120 characters.
    package let test: String
    /// Last diagnostic line, without its `#`; at most 160 characters.
    package let reason: String?
  }

  /// Number of tests by result.
  package private(set) var counts = TestCounts(passed: 0, failed: 0, skipped: 0, planned: nil)
  /// In their order, the first 50.
  package private(set) var failures: [Failure] = []
  /// Reason why the program gave up; nil when it did not.
  package private(set) var bailedOut: String?
  /// Reason why the first skipped test was; nil when none was, or nothing was said.
  package private(set) var skipReason: String?
  private var remark: String?

  private static let mostFailures = 50
  private static let longestName = 120
  private static let longestReason = 160

  /// Reads what was printed; what is no KTAP is passed over.
  package init(parsing text: String) {
    // A carriage return with its newline is one Character.
    for line in text.split(whereSeparator: \.isNewline) { read(line) }
  }

  /// True if every test that was planned has told its result.
  package var isComplete: Bool { bailedOut == nil && told > 0 && counts.planned == told }

  /// Results that were told.
  package var told: Int { counts.passed + counts.failed + counts.skipped }

  private mutating func read(_ line: Substring) {
    if let plan = line.wholeMatch(of: /1\.\.([0-9]{1,9})(\s.*)?/) {
      counts.planned = counts.planned ?? Int(plan.1)
    } else if let result = line.wholeMatch(of: /(not )?ok\b\s*([0-9]{1,9})?(\s.*)?/) {
      take(failed: result.1 != nil, result.3 ?? "")
    } else if line.hasPrefix("Bail out!") {
      bailedOut = cut(line.dropFirst("Bail out!".count), Self.longestReason)
    } else if line.hasPrefix("#") {
      // The kernel's harness announces each test, and says after it what `ok` and `not ok` say again.
      let words = line.drop { $0 == "#" || $0 == " " }.prefix(400)
      let isNoise = words.contains(/^(RUN|OK|FAIL|SKIP) {2}|: Test (failed|terminated by assertion)$/)
      if !words.isEmpty, !isNoise { remark = String(words) }
    }
  }

  private mutating func take(failed: Bool, _ rest: Substring) {
    defer { remark = nil }
    let parts = rest.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let directive = parts.count > 1 ? parts[1].drop(while: \.isWhitespace) : ""
    let name = parts.first.map { cut($0.trimmingPrefix(/\s*(-\s)?/), Self.longestName) } ?? ""
    let word = directive.prefix { !$0.isWhitespace }.uppercased()
    // What is expected to fail is no news; a test that says SKIP did not look.
    if word.hasPrefix("SKIP") {
      counts.skipped += 1
      if skipReason == nil { skipReason = cut(directive.dropFirst(4), Self.longestReason) }
    } else if !failed || word == "TODO" || word == "XFAIL" {
      counts.passed += 1
    } else {
      counts.failed += 1
      guard failures.count < Self.mostFailures else { return }
      let test = name.isEmpty ? "test \(told)" : name
      failures.append(Failure(test: test, reason: remark.map { cut($0[...], Self.longestReason) }))
    }
  }
}

private func cut(_ text: Substring, _ most: Int) -> String {
  let words = text.drop(while: \.isWhitespace)
  return String(words.prefix(most)).trimmingSuffix
}

extension String {
  fileprivate var trimmingSuffix: String {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
