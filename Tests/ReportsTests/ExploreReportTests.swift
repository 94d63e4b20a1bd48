import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct ExploreReportTests {
  private func report(between: [String], freshFailures: Int?) -> ExploreReport {
    let kernel = KernelRecord(id: "ab", name: "debian:6.1", release: "6.1.192", origin: "", created: .distantPast)
    var report = ExploreReport(
      scenario: "slot-power-race", kernel: kernel, schedule: "turns:7:2", seed: 1, between: between,
      command: "zlab explore slot-power-race --seed 1")
    (report.orders, report.tried, report.reached) = (4, 4, 4)
    var failure = ExploreReport.Failure(signature: "00aa", title: "Oops in f", rules: ["a waits at f until b ends g"])
    failure.rate = freshFailures.map { Rate(failures: $0, trials: 4) }
    report.failures = [failure]
    report.conclude()
    return report
  }

  @Test func `a claim is shown by failures that come again with fresh seeds`() {
    #expect(report(between: ["f", "g"], freshFailures: 1).outcome == .found)
    #expect(report(between: ["f", "g"], freshFailures: 0).outcome == .unconfirmed)
    #expect(report(between: ["f", "g"], freshFailures: nil).outcome == .unconfirmed)
    #expect(
      report(between: ["f", "g"], freshFailures: 0).text(Style(colour: false)).contains("with no fresh seed: not shown")
    )
  }

  @Test func `a switch that fails is a failure of the kernel, whatever other seeds do`() {
    #expect(report(between: [], freshFailures: 0).outcome == .found)
  }

  @Test func `orders without a failure are exhausted when each was reached`() {
    var report = report(between: [], freshFailures: nil)
    report.failures = []
    report.conclude()
    #expect(report.outcome == .exhausted)
    report.reached = 3
    report.conclude()
    #expect(report.outcome == .incomplete)
    report.reached = 0
    report.conclude()
    #expect(report.outcome == .notReached)
  }
}
