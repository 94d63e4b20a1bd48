import Foundation
import Model
import Nightly
import Testing

@Suite struct NightOrderTests {
  private let cells: [PlannedCell]

  init() throws {
    let checks = PlanChecks(
      scenario: { name, _ throws(RequestError) in name }, fragment: { _ throws(RequestError) in },
      patch: { _ throws(RequestError) in }, origin: { _ throws(RequestError) in },
      schedule: { _ throws(RequestError) in .turns(shift: Schedule.usualShift, cpus: 2) })
    let text =
      "{schema: zlab.plan/1, name: p, sources: [{release: a}], scenarios: [s1, s2, s3, s4, s5, {scenario: s6, time: 9s}]}"
    cells = try Plan(parsing: text, file: "p", home: "", checks: checks).cells
  }

  private func day(_ number: Double) -> Date { Date(timeIntervalSince1970: number * 86_400) }

  @Test func `what changed and what failed comes first, then what waits longest`() {
    let outlooks = [
      CellOutlook(cell: cells[0], isChanged: false, failedBefore: false, lastTime: day(9)),
      CellOutlook(cell: cells[1], isChanged: false, failedBefore: false, lastTime: day(2)),
      CellOutlook(cell: cells[2], isChanged: false, failedBefore: true, lastTime: day(9)),
      CellOutlook(cell: cells[3], isChanged: true, failedBefore: false, lastTime: day(9)),
      CellOutlook(cell: cells[4]),
      CellOutlook(cell: cells[5], isChanged: true, failedBefore: true, lastTime: day(9)),
    ]
    let order = nightOrder(outlooks)
    #expect(order.map(\.cell.position) == [6, 5, 4, 3, 2, 1])
    #expect(
      order.map(\.why) == [
        "changed, and failed before", "never run before", "changed", "failed before", "as before", "as before",
      ])
    #expect(nightOrder(outlooks.reversed()) == order)
  }

  @Test func `expected times come from history`() {
    let tally = CellTally(
      night: "n", started: day(1), run: "r", kernel: "k", passes: 8, fails: 1, misses: 1, cut: 0, seconds: 40)
    let outlook = CellOutlook(cell: cells[0], kernel: "k", earlier: [tally, tally])
    #expect(outlook.isChanged == false && outlook.failedBefore)
    #expect(outlook.secondsPerTrial == 4)
    #expect(outlook.expectedSeconds(jobs: 2) == 20)
    #expect(CellOutlook(cell: cells[0], kernel: "other", earlier: [tally]).isChanged == true)
    #expect(CellOutlook(cell: cells[0], kernel: "k", earlier: []).expectedSeconds(jobs: 1) == nil)
    #expect(CellOutlook(cell: cells[5], kernel: "k", earlier: []).expectedSeconds(jobs: 4) == 9)
  }

  @Test func `time that is left goes where least is known`() {
    let shares = [
      1: Share(failures: 0, trials: 50), 2: Share(failures: 25, trials: 50), 3: Share(failures: 0, trials: 60),
    ]
    #expect(mostUncertain(shares, confidence: 0.95) == 2)
    #expect(mostUncertain([4: Share(failures: 0, trials: 0), 5: Share(failures: 1, trials: 2)], confidence: 0.95) == 4)
    #expect(mostUncertain([7: Share(failures: 0, trials: 5), 6: Share(failures: 0, trials: 5)], confidence: 0.95) == 6)
    #expect(mostUncertain([1: Share(failures: 0, trials: 100_000)], confidence: 0.95) == nil)
    #expect(mostUncertain([:], confidence: 0.95) == nil)
  }

  @Test func `a cell's seed and run follow from the night's, whatever else the plan holds`() {
    #expect(cellSeed(cells[0], night: 7) == cellSeed(cells[0], night: 7))
    #expect(Set(cells.map { cellSeed($0, night: 7) }).count == cells.count)
    #expect(cellSeed(cells[0], night: 7) != cellSeed(cells[0], night: 8))
    let ids = cells.map { cellRunID($0, night: "00c0ffee", attempt: 0) }
    #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{8}/) != nil })
    #expect(Set(ids + cells.map { cellRunID($0, night: "00c0ffee", attempt: 1) }).count == 2 * cells.count)
    var moved = cells[0]
    moved.position = 99
    #expect(cellSeed(moved, night: 7) == cellSeed(cells[0], night: 7))
  }
}
