import Model
import Testing

@testable import Schedules

/// A made-up kernel: `caller` at 0x1000 calls `callee` twice and ends in a jump to `last`; `far` is a module's.
@Suite struct ResolutionTests {
  private static func instruction(_ code: [UInt8], from: UInt64, to: UInt64) -> [UInt8] {
    let halfwords = UInt32(bitPattern: Int32((Int64(to) - Int64(from)) / 2))
    return code + (0..<4).map { UInt8(truncatingIfNeeded: halfwords >> (24 - 8 * $0)) }
  }

  private static let kernel: KernelMap = {
    let (call, jump): ([UInt8], [UInt8]) = ([0xc0, 0xe5], [0xc0, 0xf4])
    var caller: [UInt8] = [0xc0, 0x04, 0, 0, 0, 0]  // 0x1000: brcl 0,.
    caller += instruction(call, from: 0x1006, to: 0x2000)
    caller += [0x07, 0x07]  // 0x100c: nopr
    caller += instruction(call, from: 0x100e, to: 0x2000)
    caller += [0xa7, 0x19, 0x00, 0x01]  // 0x1014: lghi
    caller += instruction(jump, from: 0x1018, to: 0x2100)
    caller += instruction(jump, from: 0x101e, to: 0x1000)  // a loop, no tail call
    var far = instruction(call, from: 0x9000, to: 0x9100) + [UInt8](repeating: 7, count: 0xfa)
    far += [0x0d, 0x10, 0xe3, 0x10, 0x10, 0x0a, 0x00, 0x04, 0x07, 0xf1, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x00]
    let symbols = """
      0000000000001000 caller
      0000000000001100 twin
      0000000000001200 twin
      0000000000002000 callee.isra.0
      0000000000002100 __sched_text_start
      0000000000002100 last
      0000000000003000 schedule
      0000000000009000 far [vfio]
      0000000000009100 __plt [vfio]
      not-a-number x
      0000000000000000 hidden

      """
    let code = [KernelMap.Segment(address: 0x1000, bytes: caller), KernelMap.Segment(address: 0x9000, bytes: far)]
    return KernelMap(symbols: symbols, code: code, tasks: .init(current: 0x340, name: 0x7a8))
  }()

  private let actors = [
    ScheduleActor(name: "first-writer", program: "function-toggle"),
    ScheduleActor(name: "second-writer", program: "function-toggle"),
    ScheduleActor(name: "vfio", program: "/usr/bin/vfio-detach-race"),
  ]

  private func plan(_ rules: ScheduleRule...) throws(RequestError) -> [String] {
    let file = ScheduleFile(file: "race.yaml", base: .turns(shift: 3, cpus: 2), rules: rules)
    return try file.plan(on: Self.kernel, actors: actors).split(separator: "\n").map(String.init)
  }

  private func place(_ place: SchedulePlace) throws(RequestError) -> [String] {
    try plan(ScheduleRule(task: nil, at: place, until: .run(9)))
  }

  @Test func `a round is a line before the rules`() throws {
    let rule = ScheduleRule(task: nil, at: SchedulePlace("last"), until: .run(9))
    let file = ScheduleFile(file: "race.yaml", base: .turns(shift: 3, cpus: 2), rules: [rule])
    let round = ScheduleRound(task: "second-writer", place: SchedulePlace("callee"))
    let lines = try file.plan(on: Self.kernel, actors: actors, round: round).split(separator: "\n").map(String.init)
    #expect(lines == ["task 340 7a8", "round function-toggle 1 2000", "rule - -1 2100 0 0 9 - -1 0 0"])
    #expect(throws: RequestError.self) {
      try file.plan(on: Self.kernel, actors: actors, round: ScheduleRound(task: "vfio", place: SchedulePlace("no")))
    }
  }

  @Test func `places become addresses`() throws {
    #expect(try place(SchedulePlace("last")) == ["task 340 7a8", "rule - -1 2100 0 0 9 - -1 0 0"])
    #expect(try place(SchedulePlace("callee"))[1] == "rule - -1 2000 0 0 9 - -1 0 0")
    let before = SchedulePlace("caller", .call("callee", nth: 2, isAfter: false))
    #expect(try place(before)[1] == "rule - -1 2000 1014 0 9 - -1 0 0")
    let after = SchedulePlace("caller", .call("callee", nth: 1, isAfter: true))
    #expect(try place(after)[1] == "rule - -1 100c 0 0 9 - -1 0 0")
    let tail = SchedulePlace("caller", .call("last", nth: 1, isAfter: false))
    #expect(try place(tail)[1] == "rule - -1 2100 101e 0 9 - -1 0 0")
    let far = SchedulePlace("far", .call("callee", nth: 1, isAfter: false))
    #expect(try place(far)[1] == "rule - -1 2000 9006 0 9 - -1 0 0")
    #expect(
      try place(SchedulePlace("caller", .offset(0xe))) == [
        "task 340 7a8", "rule - -1 100e 0 0 9 - -1 0 0", "page 1000",
      ])
  }

  @Test func `actors become the tasks of their programs`() throws {
    let rule = ScheduleRule(
      task: "vfio", at: SchedulePlace("last"), arrival: 3,
      until: .reach(task: "second-writer", SchedulePlace("caller")), limit: 50)
    #expect(try plan(rule)[1] == "rule vfio-detach-rac -1 2100 0 3 50 function-toggle 1 1000 0")
    let blocks = ScheduleRule(task: "kworker/u4:*", at: SchedulePlace("last"), until: .block(task: "remover"), limit: 5)
    #expect(try plan(blocks)[1] == "rule kworker/u4:* -1 2100 0 0 5 remover -1 3000 0")
  }

  @Test(arguments: [
    (SchedulePlace("calle"), "no function 'calle'", "The nearest are caller, callee.isra.0"),
    (SchedulePlace("zzzzzzzzzzzz"), "no function 'zzzzzzzzzzzz'", "inlined"),
    (SchedulePlace("hidden"), "no function 'hidden'", "inlined"),
    (SchedulePlace("twin"), "has 2 functions 'twin': 1100, 1200", "before-call: twin"),
    (SchedulePlace("caller", .offset(2)), "no instruction begins at caller+0x2", nil),
    (SchedulePlace("caller", .offset(0x100)), "'caller' of this kernel has 0x100 bytes", nil),
    (
      SchedulePlace("caller", .call("callee", nth: 3, isAfter: false)), "has only 2 of 3 calls of 'callee'",
      "callee.isra.0"
    ),
    (
      SchedulePlace("caller", .call("twin", nth: 1, isAfter: false)), "does not call 'twin'",
      "It calls callee.isra.0, last"
    ),
    (SchedulePlace("caller", .call("last", nth: 1, isAfter: true)), "does not call 'last' that return", nil),
    (SchedulePlace("caller", .call("caller", nth: 1, isAfter: false)), "does not call 'caller'", nil),
    (SchedulePlace("last", .call("callee", nth: 1, isAfter: false)), "does not call 'callee'", "no direct calls"),
  ])
  func `a place that the kernel does not have is refused with what it has`(
    _ place: SchedulePlace, _ problem: String, _ advice: String?
  ) {
    let error = #expect(throws: RequestError.self) { try self.place(place) }
    #expect(error?.problem.hasPrefix("race.yaml: rules[0]: ") == true)
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    if let advice { #expect(error?.advice?.contains(advice) == true, "\(error?.advice ?? "")") }
  }

  @Test func `the task is found from the lowcore`() {
    var lowcore = [UInt8](repeating: 0, count: 0x500)
    lowcore.replaceSubrange(0x340..<0x348, with: [0, 0, 0, 0, 1, 2, 3, 0])
    lowcore.replaceSubrange(0x350..<0x358, with: [0, 0, 0, 0, 1, 2, 3, 1])
    let found = KernelMap.TaskOffsets.candidates(in: lowcore)
    #expect(found.map(\.offset) == [0x340] && found.map(\.pointer) == [0x0102_0300])
    var task = [UInt8](repeating: 0, count: 4096)
    #expect(KernelMap.TaskOffsets.nameOffset(in: task) == nil)
    task.replaceSubrange(0x7a8..<0x7b2, with: Array("swapper/0\0".utf8))
    #expect(KernelMap.TaskOffsets.nameOffset(in: task) == 0x7a8)
    #expect(KernelMap.TaskOffsets.nameOffset(in: []) == nil)
    task.replaceSubrange(0x7a8..<0x7b4, with: Array("zlab-runner\0".utf8))
    #expect(KernelMap.TaskOffsets.nameOffset(in: task) == 0x7a8)
  }
}
