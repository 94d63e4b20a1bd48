import Dashboard
import Foundation
import Model
import Nightly
import ResultStore
import Storage

/// A database with some weeks of runs, and the log of a guest that means harm.
final class PageFixture {
  static let bug = "0123456789abcdef"
  static let start = Date(timeIntervalSince1970: 1_795_000_000)
  static let evil =
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\u{1b}]0;owned\u{7}"

  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-pages-\(UUID().uuidString)")
  let folders: Locations
  let store: ResultStore

  init() throws {
    folders = Locations(environment: ["ZLAB_HOME": home.path])
    store = try ResultStore(folders)
    for day in 0..<12 {
      for (index, line) in ["6.1", "6.12"].enumerated() { try add(day: day, line: line, index: index) }
    }
    try writeLog()
    var bisect = BisectRecord(
      name: "detach", repository: "/linux", scenario: "vfio-detach-race", seed: 1, started: Self.start,
      state: .finished, confidence: 0.97, suspects: ["c0ffee"], signatures: [Self.bug], trials: 80, builds: 6,
      command: "zlab bisect start --scenario vfio-detach-race --name detach")
    bisect.outcome = .found
    bisect.culprit = BisectRecord.Culprit(id: "c0ffee", subject: "iommu: \(Self.evil)", author: "A <a@b.example>")
    try store.put(bisect)
    try store.put(verify())
  }

  /// A patch that takes the failure away, whose title means harm.
  private func verify() -> VerifyResult {
    func side(_ name: String, _ run: String) -> VerifySide {
      VerifySide(
        kernel: KernelRecord(
          id: String(repeating: name == "before" ? "ab" : "cd", count: 32), name: name, release: "6.1.192",
          origin: "debian:6.1", created: Self.start), run: run)
    }
    let finding = Finding(
      kind: .oops, title: "Oops in detach \(Self.evil)", message: "m", firstLine: 1, lastLine: 2, signature: Self.bug)
    let judgement = PatchTestResult(
      verdict: .fixed, reason: .convinced, isFinal: true, pairs: 20, evidence: 4000, error: 0.01,
      before: SideCounts(passes: 8, fails: 12, shown: 12), after: SideCounts(passes: 40, misses: 1),
      signatures: [
        SignatureComparison(
          signature: Self.bug, fate: .wentAway, isTargeted: true, before: 12, after: 0, isBeyondChance: true)
      ])
    return VerifyResult(
      id: "c0ffee01",
      subject: VerifySubject(
        source: "debian:6.1", patches: [PatchMention(title: "iommu: \(Self.evil)", author: "A <a@b.example>")],
        config: ["plain"], toolchain: "gcc", scenario: "vfio-detach-race"),
      before: side("before", "a0000000"), after: side("after", "a0000001"), judgement: judgement,
      sightings: [Self.bug: SignatureSighting(side: .before, trial: 3, finding: finding)], state: .finished, seed: 1,
      started: Self.start, ended: Self.start + 600, duration: 600,
      command: ["zlab", "verify", "fix.mbox", "--scenario", "vfio-detach-race"], host: [:])
  }

  deinit { try? FileManager.default.removeItem(at: home) }

  private func add(day: Int, line: String, index: Int) throws {
    let kernel = KernelRecord(
      id: String(repeating: index == 0 ? "ab" : "cd", count: 32),
      name: index == 0 ? "debian:bookworm" : "debian:trixie",
      release: index == 0 ? "6.1.0-50-s390x" : "6.12.107+deb13-s390x", origin: "linux-image", created: Self.start)
    let image = ImageRecord(id: "i", name: "mini", kernel: kernel.id, size: 1, created: Self.start)
    let id = String(0xa000_0000 + day * 16 + index, radix: 16)
    var run = Run(
      id: id, scenario: "vfio-detach-race", scenarioText: "", kernel: kernel, image: image, seed: 7,
      goal: RunGoal(trials: 20), parameters: ["delay": Self.evil], confidence: 0.95,
      started: Self.start + Double(day) * 86_400 + Double(index), command: "zlab run vfio-detach-race --seed 7",
      folder: "/etc", host: ["qemu": "7.2"])
    if id == Self.run { run.rules = Self.rules }
    run.state = day == 11 && index == 1 ? .running : .finished
    run.ended = run.state == .finished ? run.started + 90 : nil
    try store.add(run)
    for number in 1...20 { try store.add(trial(number, fails: index == 0 && number * 7 % 20 < day), to: id) }
    guard day % 3 == 0 else { return }
    var night = NightRecord(
      id: String(0xb000_0000 + day * 16 + index, radix: 16), plan: "stable", planText: "", planFile: "/p", seed: 1,
      started: run.started, jobs: 1, command: "zlab nightly stable.yaml", host: [:])
    let key = CellKey(scenario: run.scenario, variant: "", line: line, config: "stock")
    var cell = CellRecord(position: 1, turn: 1, key: key, kernel: kernel.name, why: "")
    (cell.state, cell.run) = (.finished, id)
    try store.add(night, cells: [cell])
    let news = Regression(
      kind: .new, signature: Self.bug, key: key, before: Share(failures: 0, trials: 40),
      now: Share(failures: day, trials: 20))
    night.state = .finished
    // In order: new, known, and known once.
    let until = Date(timeIntervalSince1970: 1_801_440_000)
    switch day {
    case 6:
      night.known = [
        KnownIssueRecord(
          signature: "01234567", reason: "not ours <b>", link: "javascript:alert(1)", until: until, line: "6.1")
      ]
    case 9:
      night.known = [
        KnownIssueRecord(
          signature: Self.bug, reason: "soon mended", link: "https://bugs.example/1", until: Self.start, line: nil)
      ]
    default: break
    }
    try store.end(night, news: index == 0 && day > 0 ? [news] : [])
  }

  private func trial(_ number: Int, fails: Bool) -> Trial {
    var trial = Trial(number: number, seed: UInt64(number), started: Self.start + Double(number))
    (trial.verdict, trial.end, trial.duration) = (fails ? .fail : .pass, fails ? .finding : .completed, 4.2)
    if number == 20 { (trial.verdict, trial.end, trial.note) = (.miss, .emulatorDied, "QEMU ended: \(Self.evil)") }
    if number == Self.trial { trial.schedule = Self.course }
    guard trial.verdict == .fail else { return trial }
    trial.findings = [
      Finding(
        kind: .warning, title: "WARNING in iommu_detach_group", function: "iommu_detach_group",
        message: "WARNING: CPU: 0 PID: 57 at drivers/iommu/iommu.c:1962 iommu_detach_group+0x6a/0x80 \(Self.evil)",
        frames: [Frame(name: "iommu_detach_group", offset: 0x6a), Frame(name: "vfio_group_detach", offset: 0xd4)],
        cpu: 0, pid: 57, comm: "vfio-user", kernel: "6.1.0-50-s390x", firstLine: 123, lastLine: 140,
        signature: Self.bug)
    ]
    return trial
  }

  private static var rules: RunSchedule {
    var rules = RunSchedule(
      file: "race.yaml", text: "",
      rules: ["s390_iommu_release_device", evil].map { RunRule(rule: "any task at \($0) waits", place: $0) })
    rules.rules[0].reached = 19
    rules.story = [
      StoryStep(instructions: 0, vcpu: 0, pauses: true),
      StoryStep(
        instructions: 842, vcpu: 1, task: evil,
        functions: ["s390_iommu_release_device", "s390_iommu_detach_device", evil], depths: [0, 1, 400]),
      StoryStep(instructions: 25000, vcpu: 0, pauses: false),
      StoryStep(instructions: 25008, vcpu: 0, task: "vfio-user", functions: ["iommu_detach_group"], depths: [0]),
    ]
    return rules
  }

  private static var course: TrialSchedule {
    var events = [
      ScheduleEvent(rule: 0, total: 1000, vcpu: 1), ScheduleEvent(rule: 1, total: 2500, vcpu: 0),
      ScheduleEvent(rule: 0, total: 2500, vcpu: 1), ScheduleEvent(rule: 7, total: 1, vcpu: 9),
    ]
    (events[0].task, events[1].task, events[2].end) = ("remover", evil, .reached)
    return TrialSchedule(rules: [RuleCounts(arrivals: 1), RuleCounts(arrivals: 1)], events: events)
  }

  /// The newest run of 6.1: its console has a line of 10 MB, and one that is markup.
  static let run = "a00000b0"
  static let trial = 3

  private func writeLog() throws {
    let folder = folders.runs.appending(path: "\(Self.run)/trial-0003")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var log = (1..<123).map { "[    0.\($0)] line \($0)\n" }.joined()
    log += (123...140).map { "[    1.\($0)] WARNING: something at line \($0)\n" }.joined()
    log += Self.evil + "\n" + String(repeating: "A", count: 10 << 20) + "\n"
    log += (0..<2000).map { "[    2.\($0)] after\n" }.joined() + "no newline"
    try Data(log.utf8).write(to: folder.appending(path: "console.log"))
  }
}

/// Lends a server on a free port and the address of its first page.
func withServer(_ body: (String) async throws -> Void) async throws {
  let fixture = try PageFixture()
  let store = fixture.store
  let pages = try Pages(store, fixture.folders, report: { try nightReport($0, store: store) })
  let server = try DashboardServer(pages, port: 0)
  let (addresses, ready) = AsyncStream<String>.makeStream()
  let task = Task { try await server.run { ready.yield($0) } }
  defer { task.cancel() }
  for await address in addresses {
    try await body(address)
    break
  }
  _ = fixture
}
