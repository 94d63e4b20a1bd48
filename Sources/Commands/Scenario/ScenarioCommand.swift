import ArgumentParser
import Reports
import Scenarios

struct ScenarioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario", abstract: "What can be done to a guest.",
    subcommands: [ScenarioListCommand.self, ScenarioShowCommand.self])
}

struct ScenarioListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the scenarios that zlab carries.", discussion: "  zlab scenario list")

  @OptionGroup var output: OutputOptions

  func run() throws {
    let all = try Catalogue.all()
    switch output.format {
    case .json: try put(jsonText(all.map { ["name": $0.name, "summary": $0.summary] }))
    case .text: try put(table(all.map { [$0.name, $0.summary] }) + "\n")
    }
  }
}

struct ScenarioShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Prints a scenario's file, to read or to change a copy.",
    discussion: """
        zlab scenario show slot-power-race > mine.yaml
        zlab run ./mine.yaml --kernel latest
      """)

  @Argument(help: "A scenario's name, or a file ending in .yaml.", completion: scenarioCompletion)
  var scenario: String

  func run() throws { try put(try Catalogue.find(scenario).text) }
}

/// The names of the scenarios, for shells.
let scenarioCompletion = CompletionKind.custom { _, _, _ in (try? Catalogue.all().map(\.name)) ?? [] }
