import ArgumentParser

struct BisectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Finds the commit that brought a bug which shows only now and then, and says how sure it is.",
    subcommands: [BisectSimulateCommand.self])
}
