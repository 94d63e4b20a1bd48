import ArgumentParser
import TestSupport
import Testing

@testable import Commands

/// `--help` of every command on a terminal of 80 columns, as recorded in Tests/Snapshots/help.
@Suite struct HelpSnapshotTests {
  private static func name(_ command: ExampleTests.Command) -> String {
    "help/\(command.words.joined(separator: "-")).txt"
  }

  @Test(arguments: ExampleTests.all())
  func `help changes only on purpose`(_ command: ExampleTests.Command) throws {
    let help = Zlab.helpMessage(for: command.type, columns: 80)
    let difference = try snapshotDifference(help + "\n", Self.name(command))
    #expect(difference == nil, "\(difference ?? "")")
  }

  @Test func `each record is of a command`() {
    #expect(staleSnapshots(in: "help", except: ExampleTests.all().map(Self.name)).isEmpty)
  }
}
