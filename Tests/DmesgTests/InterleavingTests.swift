import Dmesg
import Model
import Testing

/// Two CPUs print a report each at the same time into a log without caller tags.
@Suite struct InterleavingTests {
  /// Whole reports of s390x whose `WARNING` names its CPU, and one of a CPU that dies.
  private static let warnings = ["s390x-warn-detach-crlf", "s390x-proc-duplicate", "s390x-refcount", "s390x-list-warn"]
  private static let deaths = [
    "s390x-oops-klist-put", "s390x-addressing", "s390x-specification", "s390x-oops-user-address",
    "s390x-fixpoint-divide", "s390x-space-switch",
  ]

  private static let pairs: [(String, String)] =
    warnings.indices.flatMap { index in warnings[(index + 1)...].map { (warnings[index], $0) } }
    + warnings.flatMap { warning in deaths.map { (warning, $0) } }

  @Test(arguments: [1, 4])
  func `two reports are told apart or told to be mixed`(_ longestRun: Int) throws {
    var generator = SplitMix64(seed: 17)
    var (whole, total) = (0, 0)
    for (first, second) in Self.pairs {
      let one = try Fixture(named: first + ".txt")
      let other = try Fixture(named: second + ".txt")
      let expected = Set([one, other].flatMap { findings(in: $0.log).findings.map(\.title) })
      let log = mixed(lines(of: one, cpu: 0), lines(of: other, cpu: 7), longestRun, &generator)
      let found = findings(in: Array(log.utf8)).findings
      for finding in found where !expected.contains(finding.title) {
        #expect(finding.title.hasSuffix(" in corrupted"), "\(first) and \(second):\n\(log)")
        #expect(finding.function == nil)
        #expect(finding.interleaved || finding.truncated)
      }
      total += 1
      if Set(found.map(\.title)) == expected { whole += 1 }
    }
    #expect(whole * 2 > total, "\(whole) of \(total)")
  }

  /// All at one time and on one CPU, so that nothing but the text tells the reports apart.
  private func lines(of fixture: Fixture, cpu: Int) -> [String] {
    String(decoding: fixture.log.filter { $0 != 0x0d }, as: UTF8.self).split(separator: "\n").compactMap { line in
      // Another kernel cannot start here.
      guard !line.contains("Linux version ") else { return nil }
      let text = line.split(separator: "] ", maxSplits: 1).last.map(String.init) ?? ""
      let numbered = text.replacing(/CPU: [0-9]+/, with: "CPU: \(cpu)").replacing(
        /PID: [0-9]+/, with: "PID: \(60 + cpu)")
      return "[   10.000000] " + numbered + "\n"
    }
  }

  private func mixed(
    _ one: [String], _ other: [String], _ longestRun: Int, _ generator: inout SplitMix64
  ) -> String {
    var (one, other, log) = (one[...], other[...], "")
    while !one.isEmpty || !other.isEmpty {
      let takesOne = other.isEmpty || !one.isEmpty && generator.next() % 2 == 0
      for _ in 0...(generator.next() % UInt64(longestRun)) {
        guard let line = takesOne ? one.popFirst() : other.popFirst() else { break }
        log += line
      }
    }
    return log
  }

  @Test func `oopses that follow each other are not mixed`() throws {
    let one = try Fixture(named: "s390x-oops-klist-put.txt")
    let other = try Fixture(named: "s390x-specification.txt")
    let expected = [one, other].flatMap { findings(in: $0.log).findings.map(\.title) }
    let found = findings(in: one.log + other.log).findings
    #expect(found.map(\.title) == expected)
    #expect(found.allSatisfy { !$0.interleaved })
  }
}
