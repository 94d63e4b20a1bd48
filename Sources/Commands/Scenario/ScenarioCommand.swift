import ArgumentParser
import Reports
import Trials

struct ScenarioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario", abstract: "List and show scenarios.",
    discussion: """
        zlab scenario list
        zlab scenario show slot-power-race > mine.yaml
      """,
    subcommands: [ScenarioListCommand.self, ScenarioShowCommand.self])
}

struct ScenarioListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List built-in scenarios and the kernels on which they were tested.",
    discussion: "  zlab scenario list")

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let all = try Catalogue.all()
    switch output.format {
    case .json: try printResult(jsonText(all.map { Entry(name: $0.name, summary: $0.summary, seen: $0.seen) }))
    case .text: try printResult(all.map(listing).joined())
    }
  }

  private struct Entry: Encodable {
    var name: String
    var summary: String
    var seen: Sightings
  }
}

/// A scenario in the list: its name and what it does, and below that the kernels, which are too long for columns.
private func listing(_ scenario: Scenario) -> String {
  var text = "\(scenario.name)\n  \(scenario.summary)\n"
  for (word, kernels) in [("bad", scenario.seen.bad), ("good", scenario.seen.good)] where !kernels.isEmpty {
    text += "  seen \(word): \(kernels.joined(separator: ", "))\n"
  }
  return text
}

struct ScenarioShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the file of a scenario.",
    discussion: """
        zlab scenario show slot-power-race > mine.yaml
        zlab run ./mine.yaml --kernel latest
      """)

  @Argument(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String

  func run() throws { try printResult(try Catalogue.find(scenario).text) }
}

/// The names of the scenarios, for shells.
let scenarioCompletion = CompletionKind.custom { _, _, _ in (try? Catalogue.all().map(\.name)) ?? [] }
