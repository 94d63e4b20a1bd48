import Guest
import Testing

@Suite struct RunnerMessageTests {
  private func read(_ line: String) -> RunnerMessage? { RunnerMessage(line: Array(line.utf8)) }

  @Test func `each line of the runner is understood`() {
    #expect(read("ready 1") == .ready)
    #expect(read("alive") == .alive)
    #expect(read("saw 1f") == .saw(fid: 0x1f))
    #expect(read("unseen 10") == .unseen(fid: 0x10))
    #expect(read("started 3") == .started(3))
    #expect(read("unstarted 3 ENOMEM") == .unstarted(3, reason: "ENOMEM"))
    #expect(read("ended 2 137 a%20b%0A ") == .ended(2, code: 137, output: Array("a b\n".utf8), stderr: []))
    #expect(read("ask 1 unplug 10") == .asks(1, .unplug, fid: 0x10))
    #expect(read("begun 512 - - 1") == .begun(KernelState(taint: 512), marks: 1))
    let state = KernelState(taint: 0, warnings: 2, oopses: 18_446_744_073_709_551_615)
    #expect(read("done 0 2 18446744073709551615 3") == .done(state, marks: 3))
  }

  @Test(arguments: [
    "", " ", "ready", "saw", "saw x", "saw 100000000", "started", "started x", "ended 1", "ended 1 256  ",
    "ended 1 -1  ",
    "ask 1 destroy 10", "ask 1 plug", "done", "done now", "done 0 0 0", "done 0 0 0 -", "done 0 0 0 1001",
    "begun x 0 0 1", "DONE", "started 99999999999999999999",
  ])
  func `what the runner would not say is nothing`(_ line: String) { #expect(read(line) == nil) }

  @Test func `bytes that are no escape stand for themselves`() {
    #expect(read("ended 0 0 %zz%4 %") == .ended(0, code: 0, output: Array("%zz%4".utf8), stderr: [0x25]))
    #expect(
      RunnerMessage(line: Array("ended 0 0 ".utf8) + [0xff, 0x20]) == .ended(0, code: 0, output: [0xff], stderr: []))
  }
}

@Suite struct GuestScriptTests {
  private func text(_ script: GuestScript) -> String { script.portNames.map { $0.dropFirst(5) }.joined() }

  @Test func `a script is lines that end with go`() {
    var script = GuestScript()
    script.setClock(17)
    script.mixEntropy(42)
    script.wait(forFunction: 0x1f, seconds: 30)
    script.start(0, "act", ["--seed", "7"])
    script.finish()
    #expect(text(script) == "clock 17;seed 42;wait 1f 30;start 0 act --seed 7;finish now;go;")
  }

  @Test func `what would end a line or a word is escaped`() {
    var script = GuestScript()
    script.start(0, "a b", ["c;d", "e%", "", "f\ng", "\u{e9}"])
    #expect(text(script) == "start 0 a%20b c%3Bd e%25  f%0Ag %C3%A9;go;")
  }

  @Test func `a long script comes in pieces that a port's name can hold`() {
    var script = GuestScript()
    for number in 0..<40 { script.start(number, "act", [String(repeating: "x", count: 200)]) }
    #expect(script.portNames.count == 3)
    #expect(script.portNames.allSatisfy { $0.utf8.count < 4000 && $0.hasPrefix("zlab:") })
    #expect(text(script).hasSuffix(";go;"))
  }
}
