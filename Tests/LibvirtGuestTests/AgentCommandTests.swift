import Foundation
import Guest
import Testing

@testable import LibvirtGuest

@Suite struct AgentCommandTests {
  @Test func `a signal is told as a shell tells it`() throws {
    let answer = #"{"return":{"exited":true,"signal":9,"out-data":"aGk="}}"#
    let outcome = try AgentCommand.status(of: 1).read(Data(answer.utf8))
    #expect(outcome == .ended(code: 137, output: Array("hi".utf8), complaint: []))
  }

  @Test(arguments: ["", "{", "[]", #"{"return":{}}"#, #"{"return":{"exited":"yes"}}"#, #"{"return":7}"#])
  func `nonsense is a decoding failure, not a crash`(answer: String) {
    #expect(throws: DecodingError.self) { try AgentCommand.status(of: 1).read(Data(answer.utf8)) }
  }

  @Test func `arguments reach the agent as they are`() {
    let json = AgentCommand.execute("/bin/sh", ["-c", "echo \"a\\b\""]).json
    #expect(json.contains(#""arg":["-c","echo \"a\\b\""]"#))
    #expect(json.contains(#""capture-output":true"#))
  }
}
