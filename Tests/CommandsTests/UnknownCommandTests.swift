import Testing

@testable import Commands

@Suite struct UnknownCommandTests {
  @Test(arguments: [
    (["rnu", "nothing"], "Did you mean `zlab run`?"), (["kernel", "fecth"], "Did you mean `zlab kernel fetch`?"),
    (["scenarios"], "Did you mean `zlab scenario`?"),
  ])
  func `a mistyped command gets the one that was meant`(words: [String], meant: String) throws {
    let error = try #require(unknownCommand(in: words))
    #expect("\(error)".contains("\n  " + meant))
  }

  @Test(arguments: [["run", "rnu"], ["--help"], ["help", "run"], ["nightly", "plan.yaml"], ["kernel"], []])
  func `what is no mistyped command is left to the argument parser`(words: [String]) {
    #expect(unknownCommand(in: words) == nil)
  }

  @Test func `a word like none gets the list`() throws {
    let error = try #require(unknownCommand(in: ["xyzzy"]))
    #expect("\(error)".hasPrefix("`zlab` has no command 'xyzzy'\n  Commands: doctor, kernel, "))
  }
}
