import ArgumentParser
import BisectSearch
import Bisection
import Foundation
import Model
import Reports
import ResultStore

struct BisectStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the most likely commits, the evidence and the remaining work.",
    discussion: """
      Can be used while `zlab bisect run` is running.

        zlab bisect status
        zlab bisect status --format json | jq '.suspects[0]'
      """)

  @OptionGroup var name: BisectName

  @Option(help: "Output format on stdout")
  var format: BisectFormat = .text

  @OptionGroup var color: ColorOption

  func run() async throws { try printResult(try await report(try name.folder), format) }
}

struct BisectLogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Show the decisions of a bisection in order.",
    discussion: """
      text: one line per decision or result. json: all details. mail: a report to send.

        zlab bisect log
        zlab bisect log --format mail > culprit.txt
      """)

  @OptionGroup var name: BisectName

  @Option(help: "Output format on stdout")
  var format: BisectFormat = .text

  func run() async throws {
    let folder = try name.folder
    let plan = try folder.plan()
    let lines = try folder.journal().lines
    switch format {
    case .mail: try printResult(try await report(folder).mail())
    case .json: try printResult(jsonText(Log(plan: plan, lines: lines)))
    case .text:
      let state = try BisectState(plan, try folder.range(), lines)
      let rows = lines.map { "\($0.at.formatted(.iso8601))  \(escapedForTerminal(state.words($0.entry)))\n" }
      try printResult("\(plan.started.formatted(.iso8601))  \(escapedForTerminal(plan.command))\n" + rows.joined())
    }
  }

  private struct Log: Encodable {
    let schema = "zlab.bisect-log/1"
    let plan: BisectPlan
    let lines: [JournalLine]
  }
}

struct BisectResetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Delete a bisection; keep its runs and kernels.",
    discussion: """
        zlab bisect reset
        zlab bisect reset --name detach
      """)

  @OptionGroup var name: BisectName

  func run() async throws {
    let folder = try name.folder
    let plan = try? folder.plan()
    guard folder.exists else { return _ = try folder.plan() }
    let lock = try await folder.lock()
    if let plan { try ResultStore(userLocations).dropBisect(BisectRecord.id(plan.name, plan.started)) }
    try await folder.remove()
    _ = consume lock
  }
}
