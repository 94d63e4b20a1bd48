import ArgumentParser
import Bisection
import Foundation
import Reports

struct BisectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Find the commit that introduced an intermittent bug, with a confidence level.",
    discussion: """
      zlab's own search does not modify your working tree and can be interrupted and resumed at any time:

        zlab bisect start --source ~/linux --good v6.1 --bad v6.2 \\
            --scenario vfio-detach-race
        zlab bisect run

      With git bisect:

        git bisect start --no-checkout v6.2 v6.1
        git bisect run zlab bisect step --scenario vfio-detach-race
      """,
    subcommands: [
      BisectStartCommand.self, BisectRunCommand.self, BisectStatusCommand.self, BisectLogCommand.self,
      BisectSkipCommand.self, BisectGoodCommand.self, BisectBadCommand.self,
      BisectResetCommand.self, BisectStepCommand.self, BisectSimulateCommand.self,
    ])
}

/// The choice among several bisections.
struct BisectName: ParsableArguments {
  @Option(help: "Name of the bisection", completion: bisectCompletion)
  var name = "default"

  var folder: BisectFolder { get throws { try BisectFolder(name, in: userLocations) } }
}

private let bisectCompletion = CompletionKind.custom { _, _, _ in BisectFolder.names(in: userLocations) }

/// Output format of a bisection.
enum BisectFormat: String, ExpressibleByArgument, CaseIterable { case text, json, mail }

/// Writes a report in the form that was asked for.
func printResult(_ report: BisectReport, _ format: BisectFormat) throws {
  switch format {
  case .json: try printResult(jsonText(report))
  case .text: try printReport(report.text(.forTerminal, width: terminalWidth(STDOUT_FILENO)))
  case .mail: try printResult(report.mail())
  }
}
