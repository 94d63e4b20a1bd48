import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct RunReportTests {
  private var run: Run {
    let kernel = KernelRecord(
      id: "aabb", name: "debian:bookworm", release: "6.1.0", origin: "", created: Date(timeIntervalSince1970: 0))
    let image = ImageRecord(id: "i", name: "mini", kernel: "aabb", size: 1, created: Date(timeIntervalSince1970: 0))
    var run = Run(
      id: "3f9a3f9a", scenario: "slot-power-race", scenarioText: "", kernel: kernel, image: image, seed: 7,
      goal: RunGoal(trials: 3), parameters: [:],
      confidence: 0.95, started: Date(timeIntervalSince1970: 0), command: "zlab run slot-power-race --seed 7",
      folder: "/state/runs/3f9a3f9a", host: [:])
    run.state = .finished
    return run
  }

  private func trial(_ number: Int, _ verdict: TrialVerdict, _ message: String? = nil) -> Trial {
    var trial = Trial(number: number, seed: 1, started: Date(timeIntervalSince1970: 0))
    (trial.verdict, trial.end, trial.duration) = (verdict, .completed, 4)
    trial.findings =
      message.map {
        [
          Finding(
            kind: .warning, title: "WARNING in f", function: "f", message: $0, frames: [Frame(name: "f", offset: 16)],
            firstLine: 3, lastLine: 9, signature: "0123456789abcdef")
        ]
      } ?? []
    return trial
  }

  /// One report for each verdict, by name.
  var all: [(name: String, report: RunReport)] {
    func report(_ trials: [Trial]) -> RunReport { RunReport(run: run, state: run.state, trials: trials) }
    return [
      ("failing", report([trial(1, .pass), trial(2, .fail, "WARNING: at f+0x10"), trial(3, .miss)])),
      ("clean", report((1...3).map { trial($0, .pass) })), ("inconclusive", report([trial(1, .pass)])),
    ]
  }

  /// A run with a schedule file of two rules, the second of which some trials do not reach.
  func scheduled(story: [StoryStep]? = nil, failing: Bool = true) -> RunReport {
    var run = run
    run.rules = RunSchedule(
      file: "race.yaml", text: "",
      rules: ["s390_iommu_release_device", "s390_iommu_attach_device"].map {
        RunRule(rule: "any task at \($0) waits", place: $0)
      })
    run.rules?.story = story
    func event(_ rule: Int, _ total: Int, _ vcpu: Int, _ task: String?, _ end: PauseEnd? = nil) -> ScheduleEvent {
      var event = ScheduleEvent(rule: rule, total: total, vcpu: vcpu)
      (event.task, event.end) = (task, end)
      return event
    }
    let events = [
      event(1, 1000, 0, "vfio-detach-rac"), event(0, 2_174_000, 1, "rem\u{1b}<over>"),
      event(1, 2_200_000, 0, "vfio-detach-rac"), event(0, 2_200_000, 1, nil, .reached),
      event(1, 2_600_000, 0, nil, .ran), event(0, 2_700_000, 1, "late"), event(0, 2_700_000, 1, nil, .alone),
    ]
    var trials = [trial(1, .pass), trial(2, failing ? .fail : .pass, failing ? "WARNING: at f+0x10" : nil)]
    trials[0].schedule = TrialSchedule(rules: [RuleCounts(arrivals: 2), RuleCounts()], events: [])
    trials[1].schedule = TrialSchedule(rules: [RuleCounts(arrivals: 2), RuleCounts(arrivals: 2)], events: events)
    if failing { trials[1].findings[0].cpu = 0 }
    return RunReport(run: run, state: run.state, trials: trials)
  }

  private func text(_ trials: [Trial], colour: Bool = false) -> String {
    RunReport(run: run, state: run.state, trials: trials).text(Style(colour: colour))
  }

  @Test func `a failing run gives the rate with its interval, the finding, the log and the command`() {
    let text = text([trial(1, .pass), trial(2, .fail, "WARNING: at f+0x10"), trial(3, .pass)])
    #expect(text.hasPrefix("slot-power-race on debian:bookworm (6.1.0): failing"))
    #expect(text.contains("1 of 3 trials failed: 33.3 %, 95 % interval 0.84 % to 90.6 %"))
    #expect(text.contains("    f+0x10\n"))
    #expect(text.contains("lines 3 to 9 of trial-0002/console.log"))
    #expect(text.contains("\n  zlab run slot-power-race --seed 7\n"))
    #expect(text.hasSuffix("  /state/runs/3f9a3f9a\n"))
  }

  @Test func `a clean run says what rate it excludes`() {
    let text = text((1...20).map { trial($0, .pass) })
    #expect(text.contains("20 trials passed, none failed: failure rates of 13.9 % or more are excluded at 95 %"))
  }

  @Test func `a replay says whether the same came out`() throws {
    var again = run
    again.replay = Replay(of: trial(2, .fail, "m"), in: run)
    func words(_ trials: [Trial]) -> String {
      RunReport(run: again, state: .finished, trials: trials).text(Style(colour: false))
    }
    let name = "repeats trial 2 of run 3f9a3f9a"
    #expect(words([trial(1, .miss), trial(2, .fail, "m")]).contains("\(name): same result: 1 signature"))
    #expect(words([trial(1, .pass)]).contains("\(name), a fail: different result: without 0123456789abcdef"))
    #expect(words([trial(1, .miss)]).contains("\(name): no valid result"))
    again.replay?.signatures = []
    #expect(words([trial(1, .fail, "m")]).contains("different result: with 0123456789abcdef as well"))
    let json = try jsonText(RunReport(run: again, state: .finished, trials: [trial(1, .fail, "m")]))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let replay = try #require(object["replay"] as? [String: Any])
    #expect(replay["run"] as? String == "3f9a3f9a" && replay["trial"] as? Int == 2)
    #expect(replay["same"] as? Bool == false)
  }

  @Test func `what guests left is named`() throws {
    var (fail, hung) = (trial(1, .fail, "m"), trial(2, .miss))
    (fail.core, fail.missing) = ("trial-0001/core.elf", [MissingDiagnostic(.core, "not now")])
    hung.registers = "trial-0002/registers.txt"
    let text = text([fail, hung])
    #expect(text.contains("  trial-0001/core.elf       memory, an ELF core\n  trial-0002/registers.txt  registers\n"))
    #expect(text.contains("\n  trial 1: no core: not now\n"))
    #expect(!self.text([trial(1, .pass)]).contains("Diagnostics of guests"))
  }

  @Test func `misses are told apart, with their reasons`() {
    var miss = trial(2, .miss)
    miss.note = "QEMU ended by itself with signal 9"
    let text = text([trial(1, .pass), miss])
    #expect(text.contains("inconclusive"))
    #expect(text.contains("2 more passes needed for the requested 3"))
    #expect(
      text.contains("1 miss (infrastructure errors, not kernel failures)\n  1  QEMU ended by itself with signal 9"))
  }

  @Test func `what a guest printed cannot reach the terminal as control`() {
    let text = text([trial(1, .fail, "evil \u{1b}]0;title\u{7} \u{202e}txt")])
    #expect(!text.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{7}" || $0 == "\u{202e}" })
    #expect(text.contains("evil \\u{1b}]0;title\\u{7} \\u{202e}txt"))
  }

  @Test func `colour is only there when wanted`() {
    #expect(text([trial(1, .fail, "m")], colour: true).contains("\u{1b}[1;31mfailing"))
  }

  @Test func `the JSON form carries the contract's keys`() throws {
    let report = RunReport(run: run, state: .finished, trials: [trial(1, .fail, "m")])
    let json = try jsonText(report)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "zlab.run/2")
    #expect(
      object.keys.sorted() == [
        "command", "ended", "folder", "host", "id", "image", "kernel", "parameters", "scenario", "schema", "seed",
        "started", "state",
        "summary", "trials", "wanted",
      ])
    let summary = try #require(object["summary"] as? [String: Any])
    #expect(summary["verdict"] as? String == "failing")
    let finding = try #require(((object["trials"] as? [[String: Any]])?.first?["findings"] as? [[String: Any]])?.first)
    // Absent facts are null, not left out: the finding's contract says so.
    #expect(finding["cpu"] is NSNull)
    #expect(
      Set(finding.keys) == [
        "arch", "build_id", "comm", "cpu", "fatal", "first_line", "frames", "function", "interleaved", "kernel", "kind",
        "last_line",
        "location", "message", "pid", "signature", "taint", "tainted", "title", "truncated",
      ])
  }
}

@Suite struct StyleTests {
  @Test func `a table pads all but its last column`() {
    #expect(table([["a", "bb"], ["ccc", "d"]]) == "a    bb\nccc  d")
  }

  @Test(arguments: [(0.5, "50 %"), (0.333333, "33.3 %"), (0.00841, "0.84 %"), (0.0000123, "0.0012 %"), (1, "100 %")])
  func `a percentage has the digits it deserves`(share: Double, text: String) {
    #expect(percent(share) == text)
  }
}
