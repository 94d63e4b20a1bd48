import Foundation
import Model
import ResultStore
import Storage
import Testing

/// Summaries, nights and what moves between machines.
@Suite final class CountingTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-counts-\(UUID().uuidString)")
  let store: ResultStore
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }
  private let key = CellKey(scenario: "s", variant: "", line: "6.1", config: "stock")

  init() throws { store = try ResultStore(Locations(environment: ["ZLAB_HOME": home.path])) }
  deinit { try? FileManager.default.removeItem(at: home) }

  private func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

  private func run(_ id: String, at seconds: Double = 0, kernel: String = "k") -> Run {
    let kernel = KernelRecord(id: kernel, name: kernel, release: "6.1.7-fake", origin: "", created: time(0))
    let image = ImageRecord(id: "i", name: "mini", kernel: "k", size: 1, created: time(0))
    var run = Run(
      id: id, scenario: "s", scenarioText: "", kernel: kernel, image: image, seed: 4, goal: RunGoal(trials: 3),
      parameters: [:], confidence: 0.95, started: time(seconds), command: "zlab run s", folder: folders.run(id).path,
      host: ["qemu": "7.2"])
    run.state = .finished
    return run
  }

  private func trial(_ number: Int, _ signatures: [String] = [], taint: String = "", at seconds: Double = 5) -> Trial {
    var trial = Trial(number: number, seed: 1, started: time(seconds))
    (trial.verdict, trial.end) = signatures.isEmpty ? (.pass, .completed) : (.fail, .finding)
    trial.duration = 2
    trial.findings = signatures.map {
      Finding(kind: .oops, title: "Oops in \($0)", message: "m", taint: taint, firstLine: 3, lastLine: 9, signature: $0)
    }
    return trial
  }

  /// A night of one cell.
  private func addNight(_ id: String, at seconds: Double, run: Run, _ trials: [Trial], _ news: [Regression] = []) throws
  {
    var night = NightRecord(
      id: id, plan: "p", planText: "", planFile: "/p.yaml", seed: 1, started: time(seconds), jobs: 1, command: "",
      host: [:])
    var cell = CellRecord(position: 1, turn: 1, key: key, kernel: "k", why: "")
    try store.add(night, cells: [cell])
    try store.add(run)
    for trial in trials { try store.add(trial, to: run.id) }
    (cell.state, cell.run) = (.finished, run.id)
    try store.update(cell, of: night)
    night.state = .finished
    try store.end(night, news: news)
  }

  private func news(_ kind: RegressionStatus, _ signature: String) -> Regression {
    Regression(kind: kind, signature: signature, key: key, before: nil, now: Share(failures: 1, trials: 2))
  }

  @Test func `counts are those of the trials, and a consequence is told from a cause`() throws {
    try addNight("00000001", at: 10, run: run("aaaaaaaa"), [trial(1), trial(2, ["a", "b"], taint: "G D"), trial(3)])
    let tally = try #require(try store.tallies(ofNight: "00000001")[1])
    #expect((tally.passes, tally.fails, tally.misses, tally.cut) == (2, 1, 0, 1))
    #expect(tally.seconds == 6)
    #expect(tally.signatures["a"] == SignatureTally(trials: 1, named: 1, cut: 1))
    #expect(tally.signatures["b"] == SignatureTally(trials: 1, named: 0, cut: 1))
    #expect(tally.telling("a") == 3 && tally.telling("other") == 2)
    #expect(try store.check().defects.isEmpty)
    #expect(try store.knownSignatures(of: "s", line: "6.1", before: time(11)) == ["a"])
    #expect(try store.knownSignatures(of: "s", line: "6.1", before: time(10)).isEmpty)
    #expect(try store.knownSignatures(of: "s", line: "6.12", before: time(11)).isEmpty)
  }

  @Test func `a signature's page has every sighting and the first bad kernel`() throws {
    try addNight(
      "00000001", at: 10, run: run("aaaaaaaa", at: 10, kernel: "k1"), [trial(1), trial(2, ["ab12"], at: 11)])
    try addNight("00000002", at: 20, run: run("bbbbbbbb", at: 20, kernel: "k2"), [trial(1, ["ab12"], at: 21)])
    try store.add(run("cccccccc", at: 30, kernel: "k3"))
    let signature = try #require(try store.signature("ab"))
    #expect((signature.firstSeen, signature.lastSeen, signature.trials) == (time(11), time(21), 2))
    #expect(try store.lastSighting(of: "ab12", before: time(20)) == time(10))
    #expect(try store.lastSighting(of: "ab12", before: time(10)) == nil)
    #expect(try store.firstSighting(of: "ab12", line: "6.1")?.run == "aaaaaaaa")
    #expect(try store.sightings(of: "ab12", line: "6.1", limit: 1).map(\.run) == ["bbbbbbbb"])
    #expect(try store.sightings(of: "ab12", line: "6.12").isEmpty)
    let sightings = try store.sightings(of: "ab12")
    #expect(sightings.map(\.run) == ["bbbbbbbb", "aaaaaaaa"])
    #expect(sightings.map(\.night) == ["00000002", "00000001"])
    #expect(sightings.map(\.firstTrial) == [1, 2])
    #expect(try store.firstSightings(of: "ab12")["6.1"]?.kernelName == "k1")
    #expect(try store.history(of: "s").map(\.fails) == [0, 1, 1])
    #expect(try store.history(of: "s", line: "6.12").isEmpty)
    #expect(try store.trials(of: "aaaaaaaa", showing: "ab12", limit: 5).map(\.number) == [2])
    #expect(try store.countedRuns(limit: 2).map(\.passes) == [0, 0])
  }

  @Test func `history is of the same cell, newest first, before a moment`() throws {
    for number in 1...4 {
      let id = "0000000\(number)"
      try addNight(id, at: Double(number) * 10, run: run("aaaaaaa\(number)"), [trial(1)])
    }
    #expect(try store.tallies(of: key, before: time(40), limit: 2).map(\.night) == ["00000003", "00000002"])
    var other = key
    other.config = "debug"
    #expect(try store.tallies(of: other, before: time(99), limit: 9).isEmpty)
  }

  @Test func `a signature is known from the first night that named it, whenever its trial was written`() throws {
    try addNight("00000002", at: 20, run: run("bbbbbbbb"), [trial(1, ["a"])])
    #expect(try store.knownSignatures(of: "s", line: "6.1", before: time(20)).isEmpty)
    // A run that was there before its night, as in an import, counts for the night all the same.
    try store.add(run("aaaaaaaa"))
    try store.add(trial(1, ["a", "b"], taint: "G D"), to: "aaaaaaaa")
    let night = NightRecord(
      id: "00000001", plan: "p", planText: "", planFile: "/p.yaml", seed: 1, started: time(10), jobs: 1, command: "",
      host: [:])
    var cell = CellRecord(position: 1, turn: 1, key: key, kernel: "k", why: "")
    cell.run = "aaaaaaaa"
    try store.add(night, cells: [cell])
    #expect(try store.knownSignatures(of: "s", line: "6.1", before: time(11)) == ["a"])
    #expect(try store.knownSignatures(of: "s", line: "6.1", before: time(10)).isEmpty)
    #expect(try store.check().defects.isEmpty)
  }

  @Test func `what is exported is imported elsewhere, and a second time changes nothing`() throws {
    try addNight("00000001", at: 10, run: run("aaaaaaaa"), [trial(1), trial(2, ["ab12"])], [news(.new, "ab12")])
    let lines = try exported(store)
    let away = FileManager.default.temporaryDirectory.appending(path: "zlab-away-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: away) }
    let other = try ResultStore(Locations(environment: ["ZLAB_HOME": away.path]))
    // But for the run's folder, which is below the state folder of whoever has it.
    func portable(_ lines: [String]) -> [String] {
      lines.dropFirst().map { $0.replacing(/"folder":"[^"]*"/, with: "") }
    }
    let first = try takeIn(lines, other)
    #expect((first.runs, first.trials, first.nights) == (1, 2, 1))
    #expect(try portable(exported(other)) == portable(lines))
    let second = try takeIn(lines, other)
    #expect((second.runs, second.trials, second.nights) == (0, 0, 0))
    #expect(try portable(exported(other)) == portable(lines))
    #expect(try other.check().defects.isEmpty)
    #expect(try other.news(of: "00000001") == [news(.new, "ab12")])
  }

  @Test func `nights of another machine are kept apart, and another run of the same id is refused`() throws {
    try addNight("00000001", at: 10, run: run("aaaaaaaa"), [trial(1), trial(2, ["ab12"])])
    var lines = try exported(store)
    lines[0] = lines[0].replacing(/"machine":"[^"]*"/, with: "\"machine\":\"another\"")
    let away = FileManager.default.temporaryDirectory.appending(path: "zlab-away-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: away) }
    let other = try ResultStore(Locations(environment: ["ZLAB_HOME": away.path]))
    _ = try takeIn(lines, other)
    #expect(try other.tallies(of: key, before: time(99), limit: 9).isEmpty)
    #expect(try other.knownSignatures(of: "s", line: "6.1", before: time(99)).isEmpty)
    #expect(try other.history(of: "s").count == 1)
    try store.add(run("bbbbbbbb"))
    let clash = try exported(store).map { $0.replacing("\"seed\":4", with: "\"seed\":5") }
    let count = try takeIn(clash, other)
    #expect(count.conflicts == ["the run aaaaaaaa"])
    #expect(count.runs == 1 && count.trials == 0)
  }

  @Test func `a file that is no export is refused with its line`() throws {
    #expect(throws: RequestError.self) { try takeIn(["{}"], store) }
    #expect(throws: RequestError.self) { try takeIn([], store) }
    let lines = try exported(store) + ["{\"run\": 5}"]
    let error = #expect(throws: RequestError.self) { try takeIn(lines, store) }
    #expect(error?.problem.hasPrefix("file:2:") == true)
  }

  @Test func `a list of trials says the same as the trials`() throws {
    var missed = trial(3)
    (missed.verdict, missed.end, missed.note) = (.miss, .silence, "it said \"nothing\"")
    let trials = [trial(1, at: 5.25), trial(2, ["b", "a"]), missed]
    try addNight("00000001", at: 10, run: run("aaaaaaaa"), trials)
    let lines = try store.trialLines(of: "aaaaaaaa")
    #expect(lines.map(\.number) == [1, 2, 3])
    #expect(lines.map(\.verdict) == trials.map(\.verdict) && lines.map(\.end) == trials.map(\.end.rawValue))
    #expect(lines.map(\.note) == trials.map(\.note) && lines.map(\.duration) == trials.map(\.duration))
    #expect(lines.map(\.started) == trials.map(\.started))
    #expect(lines.map(\.signatures) == [[], ["b", "a"], []])
    #expect(try store.trialLines(of: "bbbbbbbb").isEmpty)
    #expect(try store.secondsPerTrial(of: "s") == 2 && store.secondsPerTrial(of: "other") == nil)
  }

  @Test func `an id's beginning finds it, and is no pattern`() throws {
    for id in ["aaaaaaaa", "aaaabbbb", "ffffffff"] { try store.add(run(id)) }
    #expect(try store.run("aaaab").id == "aaaabbbb" && store.run("f").id == "ffffffff")
    for text in ["%", "_", "aaaac", "fffffffff"] { #expect(throws: RequestError.self) { try store.run(text) } }
    let error = #expect(throws: RequestError.self) { try store.run("aaaa") }
    #expect(error?.problem.contains("several") == true)
  }

  @Test func `room is made without losing counts or the evidence of what is open`() throws {
    let trials = [trial(1), trial(2, ["open"]), trial(3, ["gone"]), trial(4, ["open"])]
    try addNight("00000001", at: 10, run: run("aaaaaaaa"), trials, [news(.new, "open"), news(.new, "gone")])
    try addNight("00000002", at: 20, run: run("bbbbbbbb"), [trial(1)], [news(.gone, "gone")])
    let stale = try store.staleRuns(before: time(15), unpruned: true)
    #expect(stale.map(\.run) == ["aaaaaaaa"])
    #expect(stale.map(\.evidence) == [[2]])
    try store.prune(stale)
    #expect(try store.trials(of: "aaaaaaaa").map(\.number) == [2])
    #expect(try store.tallies(ofNight: "00000001")[1]?.fails == 3)
    #expect(try store.check().defects.isEmpty)
    #expect(try store.staleRuns(before: time(15), unpruned: true).isEmpty)
    let counted = try #require(try store.countedRun("aaaaaaaa"))
    #expect(counted.isPruned && counted.counts == RunCounts(passes: 1, fails: 3, misses: 0, seconds: 8))
    #expect(try store.countedRun("bbbbbbbb")?.isPruned == false)
    // What was taken out does not come back, and is not counted twice.
    let lines = try exported(store)
    #expect(try takeIn(lines, store) == ImportCount())
  }
}
