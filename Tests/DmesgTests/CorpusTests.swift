import Dmesg
import Model
import Testing

@Suite(.enabled(if: Corpus.isPresent)) struct CorpusTests {
  @Test func `every s390x report has its title, kind and function`() throws {
    for label in try Corpus.labels() {
      let found = findings(in: try Corpus.s390xLog(label.number)).findings
      #expect(found.count == label.reports, "\(label.number)")
      guard label.reports > 0, let first = found.first else { continue }
      #expect(first.title == label.title, "\(label.number)")
      #expect(first.kind.rawValue == label.kind, "\(label.number)")
      #expect(first.function == label.function, "\(label.number)")
      #expect(first.fatal == label.isPanicked, "\(label.number)")
      #expect(first.tainted == label.isTainted, "\(label.number)")
      #expect(first.arch == "s390x", "\(label.number)")
    }
  }

  @Test func `the general titles are found and quiet logs stay quiet`() throws {
    let logs = try Corpus.general().filter { !$0.isForeign }
    let wanted = logs.filter { !$0.titles.isEmpty }
    var missed: [String] = []
    for log in wanted {
      let first = findings(in: log.log).findings.first
      if !log.accepts(first?.title ?? "") {
        missed.append("\(log.name): \(log.titles[0]) | \(first?.title ?? "nothing")")
      }
    }
    let share = 1 - Double(missed.count) / Double(max(wanted.count, 1))
    #expect(share >= 0.97, "\(missed.joined(separator: "\n"))")
    for log in logs where log.titles.isEmpty {
      #expect(findings(in: log.log).findings.isEmpty, "\(log.name)")
    }
  }

  @Test func `a log split at any byte gives the same findings`() throws {
    for log in try Corpus.general() { expectSameFindings(log.log, splits: 3, seed: UInt64(log.log.count)) }
    for label in try Corpus.labels() {
      let log = try Corpus.s390xLog(label.number)
      expectSameFindings(log, splits: 100, seed: UInt64(log.count))
    }
  }
}
