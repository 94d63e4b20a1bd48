import Testing

@testable import Selftest

@Suite struct ActorWordsTests {
  @Test func `triggers are read in their order, each once`() {
    #expect(ActorWords.triggers("PANIC\nBUG\nPANIC\nSLAB_FREE_2\n") == ["PANIC", "BUG", "SLAB_FREE_2"])
  }

  @Test func `what cannot be a trigger's name is none`() {
    let long = String(repeating: "A", count: 65)
    #expect(ActorWords.triggers("../../etc\nbug\n\(long)\n\u{1b}[2J\nA B\n").isEmpty)
    let many = (0..<2000).map { "T\($0)" }.joined(separator: "\n")
    #expect(ActorWords.triggers(many).count == ActorWords.mostTriggers)
  }

  @Test func `what became of the task is read, with LKDTM's own words`() {
    let (outcome, words) = ActorWords.pull(actorOutput("BUG", .died, "Performing direct entry BUG", "FAIL: survived"))
    #expect(outcome == .died)
    #expect(words == ["Performing direct entry BUG", "FAIL: survived"])
  }

  @Test(arguments: ["", "\n\n", "not json\nlkdtm: words", "{\"outcome\": \"eaten\"}", "{\"outcome\": 3}"])
  func `words that are none become no outcome`(output: String) {
    #expect(ActorWords.pull(output).outcome == nil)
  }
}
