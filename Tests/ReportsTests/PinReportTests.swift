import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct PinReportTests {
  func report(_ outcome: PinReport.Outcome = .pinned) -> PinReport {
    let kernel = KernelRecord(
      id: "aabb", name: "bad-6.1", release: "6.1.0", origin: "", created: Date(timeIntervalSince1970: 0))
    let finding = Finding(
      kind: .warning, title: "WARNING in iommu_detach_group", message: "", firstLine: 1, lastLine: 9,
      signature: "0e8584374bed6811")
    var report = PinReport(
      scenario: "vfio-detach-race", kernel: kernel, trial: "3f9a1111/7", finding: finding, seed: 5,
      command: "zlab pin 3f9a1111/7 --seed 5")
    report.outcome = outcome
    report.control = PinReport.Sample(run: "aaaa1111", rate: Rate(failures: 13, trials: 20))
    report.twin = "aaaa1111/1"
    report.tried = PinReport.Tried(schedules: 6, trials: 36)
    guard outcome == .pinned || outcome == .unreliable else { return report }
    let hits = outcome == .pinned ? 20 : 11
    report.measured = PinReport.Sample(run: "bbbb1111", rate: Rate(failures: hits, trials: 20))
    report.schedule = RunSchedule(
      file: "/state/pin.yaml", text: "schema: zlab.schedule/1\nrules:\n  - at: iommu_detach_group\n",
      rules: [RunRule(rule: "any task at iommu_detach_group waits", place: "iommu_detach_group")])
    report.story = Self.story
    report.reproduce = "zlab run vfio-detach-race --schedule /state/pin.yaml"
    report.replay = "zlab run --replay bbbb1111/1"
    return report
  }

  static let story = [
    StoryStep(instructions: 0, vcpu: 0, pauses: true),
    StoryStep(
      instructions: 842, vcpu: 1, task: "remo\u{1b}ver",
      functions: ["s390_iommu_release_device", "s390_iommu_detach_device", "zpci_dma_init_device"], depths: [0, 1, 1]),
    StoryStep(instructions: 25000, vcpu: 0, pauses: false),
    StoryStep(instructions: 25008, vcpu: 0, task: "vfio-detach-rac", functions: ["zpci_dma_exit_device"]),
  ]

  @Test func `the order of the tasks is drawn in a column for each vCPU, and a guest's text is escaped`() {
    let text = report().text(Style(colour: false))
    #expect(text.contains("pinned\n  with the schedule: 20 of 20 trials, 100 %"))
    #expect(text.contains("  under turns without rules: 13 of 20 trials, 65 %"))
    #expect(text.contains("|| pauses"))
    #expect(text.contains(#/842 +\| +s390_iommu_release_device\n +\| +  s390_iommu_detach_device\n/#), "\(text)")
    #expect(text.contains("  then: WARNING in iommu_detach_group\n"))
    #expect(!text.contains("\u{1b}"))
  }

  @Test(arguments: PinReport.Outcome.allCases)
  func `what was not pinned says what was tried, and what to do`(_ outcome: PinReport.Outcome) {
    let text = report(outcome).text(Style(colour: false))
    #expect(text.contains("tried to find it: 6 schedules in 36 trials"))
    #expect(text.contains("not pinned") == !outcome.isPinned)
    let advice: String? =
      switch outcome {
      case .pinned: nil
      case .turnsSuffice: "make it rarer"
      case .unreliable: "Another --seed"
      case .noSchedule, .noTwin: "Raise --max-trials"
      case .notRepeatable: "What makes trials"
      }
    if let advice { #expect(text.contains(advice)) }
    #expect(text.hasSuffix("To repeat the search\n  zlab pin 3f9a1111/7 --seed 5\n"))
  }

  @Test func `the JSON form carries the contract's keys, and nulls for what is not there`() throws {
    for outcome in PinReport.Outcome.allCases {
      let json = Data(try jsonText(report(outcome)).utf8)
      let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
      #expect(
        object.keys.sorted() == [
          "command", "control", "export", "kernel", "measured", "outcome", "replay", "reproduce", "scenario",
          "schedule",
          "schema", "seed", "signature", "story", "title", "trial", "tried", "twin",
        ])
      #expect(object["outcome"] as? String == outcome.rawValue)
      #expect((object["measured"] is NSNull) == (outcome != .pinned && outcome != .unreliable))
    }
  }
}
