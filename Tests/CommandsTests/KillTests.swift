import Foundation
import Testing
import Trials

/// One run whose processes are killed again and again, in a cache that holds its own saved guest.
final class KillTests {
  private enum Victim: CaseIterable { case zlab, emulator, both }

  private let zlab: ZlabFixture
  private let goal: Int
  private let runSeed: UInt64 = 7
  private var random: SeededNumbers
  private let environment: [String: String]
  private var id: String?
  /// Reported results of each trial.
  private var shown: [Int: NSDictionary] = [:]
  /// Guests that outlived their zlab.
  private var orphans: Set<pid_t> = []

  /// - Parameter goal: trials that the run shall judge.
  init(_ zlab: ZlabFixture, goal: Int, seed: UInt64) throws {
    (self.zlab, self.goal) = (zlab, goal)
    random = SeededNumbers(seed)
    environment = ["ZLAB_HOME": zlab.home.path]
    try zlab.borrowCache(["images", "kernels", "libvirt", "packages"])
  }

  /// Saves the guest that trials restore, undisturbed.
  func warmUp() async throws {
    let result = try await run("nothing", "--kernel", "debian:bookworm", "--trials", "1")
    try #require(result.code == 0, "\(result.talk)")
  }

  /// Kills so often, and starts zlab anew whenever it is gone.
  func strike(times: Int) async throws {
    var process: ZlabProcess?
    var strikes = 0
    while strikes < times {
      let current: ZlabProcess
      if let process { current = process } else { current = try await start() }
      if try await strike(current, progress: Double(strikes) / Double(times)) { strikes += 1 }
      process = current.isRunning ? current : nil
      if process == nil { try await mourn(current) }
    }
    guard let process else { return }
    process.signal(SIGKILL)
    try await mourn(process)
  }

  /// Lets the run come to its end, and looks at all of it.
  func finish() async throws {
    let id = try #require(id)
    let result = try await run("--resume", id, "--jobs", "2")
    #expect(result.code == 0, "\(result.talk)")
    #expect(try zlab.emulators().isEmpty)
    try await look()
    let verdicts = shown.values.compactMap { $0["verdict"] as? String }
    #expect(verdicts.count { $0 == "pass" } == goal)
    #expect(verdicts.count { $0 == "miss" } == shown.count - goal)
  }

  /// - Returns: whether anybody was killed.
  private func strike(_ process: ZlabProcess, progress: Double) async throws -> Bool {
    // The run must last for all strikes: who is ahead loses its zlab before a trial can end.
    let isAhead = Double(shown.count) > Double(goal) * progress
    let victim = isAhead ? Victim.zlab : Victim.allCases.randomElement(using: &random) ?? .zlab
    if !isAhead, Bool.random(using: &random) { try await trialEnds(process) }
    try await Task.sleep(for: .milliseconds(Int.random(in: 0...(isAhead ? 300 : 800), using: &random)))
    let hasBegun = process.said.contains("run \(id ?? "none"):")
    let guests = try await guests(of: process, atLeastOne: victim == .emulator)
    if hasBegun { #expect(orphans.isDisjoint(with: guests), "a dead zlab's guest still runs") }
    var kills = 0
    if victim != .zlab, let guest = guests.randomElement(using: &random), kill(guest, SIGKILL) == 0 { kills += 1 }
    if victim != .emulator, process.isRunning {
      process.signal(SIGKILL)
      _ = await process.end()
      kills += 1
    }
    return kills > 0
  }

  private func trialEnds(_ process: ZlabProcess) async throws {
    let heard = process.said.utf8.count
    while process.isRunning, !String(decoding: process.said.utf8.dropFirst(heard), as: UTF8.self).contains("trial ") {
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func guests(of process: ZlabProcess, atLeastOne: Bool) async throws -> [pid_t] {
    while true {
      let guests = try zlab.emulators(guestsOnly: true)
      if !guests.isEmpty || !atLeastOne || !process.isRunning { return guests.sorted() }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func mourn(_ process: ZlabProcess) async throws {
    let end = await process.end()
    // Killed, or it gave up because its guests were.
    #expect([128 + SIGKILL, 69].contains(end.code), "\(end.code): \(end.talk)")
    orphans.formUnion(try zlab.emulators())
    try await look()
  }

  /// Reads the report and compares it with all earlier ones.
  private func look() async throws {
    let id = try #require(id)
    let result = try await zlab.run("report", id, "--format", "json", environment: environment)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let trials = try #require(report["trials"] as? [NSDictionary])
    let numbers = trials.compactMap { $0["number"] as? Int }
    #expect(numbers.count == trials.count)
    #expect(Set(numbers).count == numbers.count, "a trial is there twice: \(numbers)")
    let known = Dictionary(zip(numbers, trials)) { first, _ in first }
    for (number, trial) in shown { #expect(known[number] == trial, "trial \(number) was shown and is lost or another") }
    for (number, trial) in known {
      #expect((trial["seed"] as? NSNumber)?.uint64Value == derivedSeed(runSeed, number), "trial \(number)")
    }
    shown = known
  }

  private func start() async throws -> ZlabProcess {
    let beginning = ["nothing", "--kernel", "debian:bookworm", "--trials", String(goal), "--seed", String(runSeed)]
    let process = try zlab.start(["run"] + (id.map { ["--resume", $0] } ?? beginning) + ["--jobs", "2"], environment)
    process.say("")
    // Before the run has a name nobody can go on with it.
    while id == nil {
      id = process.said.firstMatch(of: /run ([0-9a-f]{8}):/).map { String($0.1) }
      try #require(id != nil || process.isRunning, "\(process.said)")
      try await Task.sleep(for: .milliseconds(5))
    }
    return process
  }

  private func run(_ arguments: String...) async throws -> ZlabResult {
    let process = try zlab.start(["run"] + arguments, environment)
    process.say("")
    return await process.end()
  }
}

/// The numbers of a seed: `derivedSeed` mixed once more for the bits that it leaves out.
struct SeededNumbers: RandomNumberGenerator {
  private let seed: UInt64
  private var count = 0

  init(_ seed: UInt64) { self.seed = seed }

  mutating func next() -> UInt64 {
    count += 2
    return derivedSeed(seed, count) << 32 ^ derivedSeed(seed, count + 1)
  }
}
