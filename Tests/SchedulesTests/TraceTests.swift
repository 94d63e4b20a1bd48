import Model
import Testing

@testable import Schedules

/// Traces of a made-up race: the user pauses in `attach` while the taker goes through `detach` and `init_dma`.
@Suite struct TraceTests {
  private static let kernel = KernelMap(
    symbols: """
      0000000000001000 attach
      0000000000002000 detach
      0000000000003000 init_dma.constprop.0
      0000000000004000 often
      0000000000005000 __warn
      0000000000006000 exit_dma
      0000000000007000 setup
      0000000000008000 __warn_printk
      0000000000009000 twin
      000000000000a000 twin
      """, code: [], tasks: .init(current: 0, name: 0))
  private static let addresses = ["init_dma": 0x3000].merging(
    kernel.functions.map { ($0.name, $0.address) }
  ) { first, _ in first }
  private static let actors = [
    ScheduleActor(name: "user", program: "/bin/vfio-detach-race"), ScheduleActor(name: "other", program: "sleep"),
  ]

  /// Lines `TASK FUNCTION`, 100 instructions apart.
  private func analysis(_ text: String, actors: [ScheduleActor] = actors, blaming: [String] = []) -> TraceAnalysis {
    let tasks = [
      "vfio-detach-rac": (0xa00, 0), "taker": (0xb00, 1), "kworker/1:2": (0xc00, 1), "ti\u{1b}tle": (0xf00, 1),
      "zlab-runner": (0xd00, 0),
    ]
    let entries = text.split(separator: "\n").enumerated().map { index, line in
      let words = line.split(separator: " ").map(String.init)
      let (task, vcpu) = tasks[words[0]] ?? (0xe00 + index, 0)
      return FunctionTrace.Entry(
        total: UInt64(100 * index), address: Self.addresses[words[1]] ?? 0, task: UInt64(task), vcpu: vcpu,
        name: words[0])
    }
    return TraceAnalysis(FunctionTrace(entries), kernel: Self.kernel, actors: actors, cpus: 2, blaming: blaming)
  }

  private static let race =
    "vfio-detach-rac setup\n" + String(repeating: "vfio-detach-rac often\n", count: 50)
      + """
      taker setup
      vfio-detach-rac attach
      taker detach
      taker init_dma
      vfio-detach-rac exit_dma
      vfio-detach-rac __warn_printk
      vfio-detach-rac often
      vfio-detach-rac __warn
      """

  @Test func `each change between two tasks is a rendezvous, the last one first`() throws {
    let rules = analysis(Self.race).candidates(most: 50)
    // The taker had just passed init_dma when the user went on to exit_dma.
    #expect(
      rules.first == [
        ScheduleRule(
          task: "user", at: SchedulePlace("exit_dma"), until: .reach(task: "taker", SchedulePlace("init_dma"))),
        ScheduleRule(task: "taker", at: SchedulePlace("init_dma"), until: .run(400_000)),
      ])
    #expect(
      rules.contains([
        ScheduleRule(task: "taker", at: SchedulePlace("detach"), until: .reach(task: "user", SchedulePlace("attach"))),
        ScheduleRule(task: "user", at: SchedulePlace("attach"), until: .run(400_000)),
      ]))
    // Functions of the report itself are no places.
    #expect(!rules.joined().contains { ["__warn_printk", "__warn"].contains($0.place.function) })
    #expect(analysis(Self.race).candidates(most: 2) == Array(rules.prefix(2)))
  }

  @Test func `functions of the report's call trace come before others`() {
    let rules = analysis(Self.race, blaming: ["setup"]).candidates(most: 50)
    #expect(rules.first?[1].place == SchedulePlace("setup"))
  }

  @Test func `a function is entered within those whose frames are open, by the stack pointer`() {
    // Pointers in the order of entry; the fourth is an interrupt on a stack of its own.
    let stacks: [UInt32] = [0x1_0f00, 0x1_0e00, 0x1_0d00, 0x90_0f00, 0x90_0e00, 0x1_0d00, 0x1_0f00, 0]
    let entries = stacks.enumerated().map { index, stack in
      FunctionTrace.Entry(total: UInt64(index), address: 0x1000, task: 1, vcpu: 0, name: "user", stack: stack)
    }
    #expect(TraceAnalysis.callers(entries) == [nil, 0, 1, 2, 3, 1, nil, nil])
  }

  @Test func `one task alone, tasks of one vCPU, machinery and ambiguous functions suggest nothing`() {
    #expect(analysis("vfio-detach-rac attach\nvfio-detach-rac detach").candidates(most: 9).isEmpty)
    #expect(analysis("taker attach\nkworker/1:2 detach\ntaker attach").candidates(most: 9).isEmpty)
    #expect(analysis("zlab-runner attach\ntaker detach\nzlab-runner attach").candidates(most: 9).isEmpty)
    #expect(analysis("vfio-detach-rac twin\ntaker twin").candidates(most: 9).isEmpty)
    #expect(analysis("").candidates(most: 9).isEmpty)
  }

  @Test func `of several actors with one program the one of the vCPU is named, and workers by their kind`() {
    let actors = ["first", "second"].map { ScheduleActor(name: $0, program: "vfio-detach-race") }
    let rules = analysis("vfio-detach-rac attach\nkworker/1:2 detach", actors: actors).candidates(most: 1)
    #expect(rules.first?.map(\.task) == ["kworker/*", "first"])
    // A guest may call its tasks anything.
    #expect(analysis("vfio-detach-rac attach\nti\u{1b}tle detach").candidates(most: 9).isEmpty)
  }

  private let course = TrialSchedule(
    parsing: "comes 0 5200 0 vfio-detach-rac\ngoes 0 5550 0 ran\n", rules: 1)

  @Test func `a pause of so many instructions becomes one that ends at a place`() {
    let rules = [ScheduleRule(task: "user", at: SchedulePlace("attach"), until: .run(350))]
    let other = analysis(Self.race).symbolic(rules, in: course)
    #expect(
      other
        == ["detach", "init_dma"].map {
          [ScheduleRule(task: "user", at: SchedulePlace("attach"), until: .reach(task: "taker", SchedulePlace($0)))]
        }.reversed())
    // No pause, or one that ends otherwise.
    #expect(analysis(Self.race).symbolic(rules, in: TrialSchedule(rules: [RuleCounts()], events: [])).isEmpty)
    let reach = ScheduleRule(task: "user", at: SchedulePlace("attach"), until: .block(task: nil))
    #expect(analysis(Self.race).symbolic([reach], in: course).isEmpty)
  }

  @Test func `the story begins with the pause and ends before the report`() {
    let story = analysis(Self.race).story(rules: 1, in: course)
    #expect(
      story == [
        StoryStep(instructions: 0, vcpu: 0, task: "vfio-detach-rac", functions: ["attach"]),
        StoryStep(instructions: 0, vcpu: 0, pauses: true),
        StoryStep(instructions: 100, vcpu: 1, task: "taker", functions: ["detach", "init_dma"]),
        StoryStep(instructions: 300, vcpu: 0, task: "vfio-detach-rac", functions: ["exit_dma"]),
        StoryStep(instructions: 350, vcpu: 0, pauses: false),
      ])
    #expect(analysis(Self.race).story(rules: 1, in: TrialSchedule(rules: [RuleCounts()], events: [])).isEmpty)
  }

  @Test func `a ring reads in its order, the oldest first, and what is none is refused`() throws {
    let size = 1 << 17
    var bytes = [UInt8](repeating: 0, count: (size + 1) * 48)
    func put(_ number: Int, _ place: Int, _ count: Int) {
      for index in 0..<count { bytes[place + index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    }
    func entry(_ index: Int, total: Int, others: Int = 1) {
      let place = (index + 1) * 48
      put(total, place, 8)
      put(0x1000, place + 8, 8)
      put(0xb00, place + 16, 8)
      put(1, place + 24, 2)
      put(others, place + 26, 2)
      bytes.replaceSubrange((place + 28)..<(place + 33), with: Array("taker".utf8))
    }
    put(2, 0, 8)
    entry(0, total: 7)
    entry(1, total: 9, others: 0)
    let short = try #require(FunctionTrace(ring: bytes))
    #expect(short.entries.map(\.total) == [7, 9] && short.entries.map(\.othersRun) == [true, false])
    #expect(short.entries[0] == FunctionTrace.Entry(total: 7, address: 0x1000, task: 0xb00, vcpu: 1, name: "taker"))
    // One more than fits: the first has been overwritten.
    put(size + 1, 0, 8)
    let full = try #require(FunctionTrace(ring: bytes))
    #expect(full.entries.count == size && full.entries.first?.total == 9 && full.entries.last?.total == 7)
    put(-1, 0, 8)
    #expect(FunctionTrace(ring: bytes)?.entries.count == size)
    #expect(FunctionTrace(ring: Array(bytes.dropLast())) == nil && FunctionTrace(ring: []) == nil)
  }

  @Test func `the plugin's list names each address once, and what reports`() {
    #expect(Self.kernel.traceList().hasPrefix("1000\n2000\n3000\n4000\n5000 report\n6000\n"))
    #expect(KernelMap(symbols: "10 a\n10 b\n", code: [], tasks: .init(current: 0, name: 0)).traceList() == "10\n")
    #expect(Self.kernel.traceList(limit: 64).hasPrefix("limit 64\n1000\n"))
  }
}
