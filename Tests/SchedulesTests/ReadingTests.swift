import Model
import Schedules
import Testing

@Suite struct ReadingTests {
  private func read(_ rules: String, before: String = "") throws(RequestError) -> ScheduleFile {
    try ScheduleFile(parsing: "schema: zlab.schedule/1\n\(before)rules:\n\(rules)", file: "race.yaml")
  }

  private static let whole = """
    schema: zlab.schedule/1
    summary: Both at once
    base: turns:4:3
    rules:
      - task: remover
        at: s390_iommu_release_device
        until: { task: vfio-detach-race, reaches: s390_iommu_attach_device+0x84 }
      - task: kworker/*
        at: { function: s390_iommu_attach_device, before-call: zpci_register_ioat, nth: 2 }
        arrival: 2
        until: { task: remover, blocks: true }
        limit: 0x1000
      - at: { function: zpci_dma_init_device, after-call: vzalloc }
        until: { run: 2370 }

    """

  @Test func `a whole file reads as what it says`() throws {
    let file = try ScheduleFile(parsing: Self.whole, file: "race.yaml")
    #expect(file.summary == "Both at once")
    #expect(file.base == .turns(shift: 4, cpus: 3))
    #expect(
      file.rules == [
        ScheduleRule(
          task: "remover", at: SchedulePlace("s390_iommu_release_device"),
          until: .reach(task: "vfio-detach-race", SchedulePlace("s390_iommu_attach_device", .offset(0x84)))),
        ScheduleRule(
          task: "kworker/*",
          at: SchedulePlace("s390_iommu_attach_device", .call("zpci_register_ioat", nth: 2, isAfter: false)),
          arrival: 2, until: .block(task: "remover"), limit: 4096),
        ScheduleRule(
          task: nil, at: SchedulePlace("zpci_dma_init_device", .call("vzalloc", nth: 1, isAfter: true)),
          until: .run(2370)),
      ])
    #expect(file.rules[2].limit == 2370)
    #expect(file.rules[0].limit == ScheduleRule.usualLimit)
  }

  @Test func `what is written reads as the same`() throws {
    let file = try ScheduleFile(parsing: Self.whole, file: "race.yaml")
    let again = try ScheduleFile(parsing: file.yaml, file: "race.yaml")
    #expect(again.rules == file.rules && again.base == file.base && again.summary == file.summary)
    let odd = ScheduleFile(
      file: "x", summary: "a: \"b\" # \\c", base: .turns(shift: 3, cpus: 2),
      rules: [ScheduleRule(task: "true", at: SchedulePlace("f"), until: .run(1))])
    let back = try ScheduleFile(parsing: odd.text, file: "x")
    #expect(back.summary == odd.summary && back.rules == odd.rules)
  }

  @Test(arguments: [
    ("  - { at: f, untill: { run: 1 } }", "race.yaml:3:", "unknown key 'untill'"),
    ("  - { at: f }", "race.yaml:3:5:", "'until' is missing"),
    ("  - { until: { run: 1 } }", "race.yaml:3:5:", "'at' is missing"),
    ("  - { at: f, until: { run: 0 } }", "race.yaml:3:", "must be 1 to 1000000000"),
    ("  - { at: f, until: { run: 1, task: t } }", "race.yaml:3:", "all other vCPUs"),
    ("  - { at: f, until: { run: 1, blocks: true } }", "race.yaml:3:", "needs one of"),
    ("  - { at: f, until: {} }", "race.yaml:3:", "needs one of"),
    ("  - { at: f, until: { blocks: false } }", "race.yaml:3:", "must be true"),
    ("  - { at: f, until: { run: 1 }, limit: 5 }", "race.yaml:3:", "a limit of its own"),
    ("  - { at: f+0x83, until: { run: 1 } }", "race.yaml:3:", "is odd"),
    ("  - { at: 'f g', until: { run: 1 } }", "race.yaml:3:", "must name a function"),
    ("  - { at: { function: f, nth: 2 }, until: { run: 1 } }", "race.yaml:3:", "counts calls"),
    ("  - { at: { function: f, offset: 2, before-call: g }, until: { run: 1 } }", "race.yaml:3:", "has both"),
    (
      "  - { at: { function: f, before-access: zpci_dev.s390_domain }, until: { run: 1 } }", "race.yaml:3:",
      "not supported"
    ),
    ("  - { task: 'a b', at: f, until: { run: 1 } }", "race.yaml:3:", "ASCII characters without spaces"),
    ("  - { task: 'a*b', at: f, until: { run: 1 } }", "race.yaml:3:", "at its end only"),
    ("  []", "race.yaml:", "needs at least one rule"),
    (String(repeating: "  - { at: f, until: { run: 1 } }\n", count: 17), "race.yaml:", "at most 16"),
  ])
  func `what is wrong is said with its place`(_ rules: String, _ place: String, _ words: String) {
    let error = #expect(throws: RequestError.self) { try read(rules) }
    #expect(error?.problem.hasPrefix(place) == true, "\(error?.problem ?? "")")
    #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
  }

  @Test(arguments: ["mttcg", "icount", "icount:3:2", "turns:99"])
  func `a base without turns is refused`(_ base: String) {
    let error = #expect(throws: RequestError.self) {
      try read("  - { at: f, until: { run: 1 } }", before: "base: \(base)\n")
    }
    #expect(error?.problem.hasPrefix("race.yaml:2:7: base: ") == true, "\(error?.problem ?? "")")
  }

  @Test(arguments: ["", "a: [", "rules: 1", "schema: zlab.scenario/1\nrules: []", "- 1", "\u{0}", "schema: &a [*a]"])
  func `what is no schedule at all is refused`(_ text: String) {
    #expect(throws: RequestError.self) { try ScheduleFile(parsing: text, file: "race.yaml") }
  }
}
