import ArgumentParser
import Bisect

struct BisectSimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Tries the search on histories made by lot.")

  func run() async throws {}
}
