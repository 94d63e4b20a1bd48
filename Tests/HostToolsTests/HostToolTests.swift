import HostTools
import Model
import Testing

@Suite struct HostToolTests {
  @Test func `output and exit code come back`() async throws {
    let result = try await HostTool("sh", ["-c", "echo out; echo err >&2; exit 3"], to: "try").result()
    #expect(result.text == "out\n")
    #expect(result.stderr == "err\n")
    #expect(result.code == 3)
  }

  @Test func `run names the purpose, the code and the last words`() async throws {
    let tool = HostTool("sh", ["-c", "echo no luck >&2; exit 4"], to: "win the lottery")
    let error = await #expect(throws: LabError.self) { try await tool.run() }
    #expect(error?.problem == "cannot win the lottery: sh ended with code 4\n  no luck")
  }

  @Test func `a missing tool is a lab failure`() async throws {
    let error = await #expect(throws: LabError.self) {
      try await HostTool("zlab-no-such-tool", [], to: "try").run()
    }
    #expect(error?.problem.hasPrefix("cannot try: zlab-no-such-tool") == true)
  }

  @Test func `a tool that takes too long is ended with its children`() async throws {
    var tool = HostTool("sh", ["-c", "trap '' TERM; sleep 97531 & wait"], to: "wait")
    tool.timeLimit = .milliseconds(200)
    await #expect(throws: LabError.self) { try await tool.run() }
    let left = try await HostTool("pgrep", ["-f", "sleep 97531"], to: "look").result()
    #expect(left.code == 1)
  }

  @Test func `only the allowed environment is passed on`() async throws {
    var tool = HostTool("env", [], to: "look")
    tool.environment = ["EXTRA": "1"]
    let names = try await tool.run().text.split(separator: "\n").map { $0.split(separator: "=")[0] }
    #expect(Set(names).isSubset(of: ["PATH", "HOME", "TMPDIR", "LC_ALL", "EXTRA"]))
    #expect(names.contains("EXTRA"))
  }

  @Test func `a tool need not read what it is given`() async throws {
    for _ in 0..<20 {
      var tool = HostTool("false", [], to: "try")
      tool.input = Array(repeating: 65, count: 1 << 20)
      #expect(try await tool.result().code == 1)
    }
  }

  @Test func `input reaches the tool`() async throws {
    var tool = HostTool("sha256sum", [], to: "hash")
    tool.input = Array("abc".utf8)
    let digest = try await tool.run().text.prefix(64)
    #expect(digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
