import ArgumentParser
import BisectLab
import Foundation
import Reports
import Terminal

struct BisectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Finds the commit that brought a bug which shows only now and then, and says how sure it is.",
    discussion: """
      A search of zlab's own, which never touches your checkout and can be killed and gone on with:

        zlab bisect start --source ~/linux --good v6.1 --bad v6.2 \\
            --scenario vfio-detach-race
        zlab bisect run

      Or git's, with zlab as the judge:

        git bisect start --no-checkout v6.2 v6.1
        git bisect run zlab bisect step --scenario vfio-detach-race
      """,
    subcommands: [
      BisectStartCommand.self, BisectRunCommand.self, BisectStatusCommand.self, BisectLogCommand.self,
      BisectResetCommand.self, BisectStepCommand.self, BisectSimulateCommand.self,
    ])
}

/// The choice among several bisections.
struct BisectName: ParsableArguments {
  @Option(help: "Which of several bisections is meant.", completion: bisectCompletion)
  var name = "default"

  var folder: BisectFolder { get throws { try BisectFolder(name, in: userFolders) } }
}

private let bisectCompletion = CompletionKind.custom { _, _, _ in BisectFolder.names(in: userFolders) }

/// How a bisection is written.
enum BisectFormat: String, ExpressibleByArgument, CaseIterable { case text, json, mail }

/// Writes a report in the form that was asked for.
func put(_ report: BisectReport, _ format: BisectFormat) throws {
  switch format {
  case .json: try put(jsonText(report))
  case .text: try put(report.text(.forTerminal, width: terminalWidth(STDOUT_FILENO)))
  case .mail: try put(report.mail())
  }
}
