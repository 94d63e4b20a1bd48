import Foundation
import Guest
import HostTools
import ImageRecipes
import Images
import LibvirtGuest
import Model
import Reports
import Runs
import Statistics
import Storage
import Trials

/// Export of a failure that was pinned as a C program, which is measured in guests of free vCPUs.
struct PinExport {
  let file: String
  let setup: RunSetup
  let boot: BootSet
  let emulator: String
  let host: LibvirtHost
  let facts: [String: String]
  let finding: Finding
  let seed: UInt64
  /// Trials that measure the program.
  let trials: Int
  /// Gets temporary files.
  let folder: String

  private static let (minDelay, maxDelay) = ("min-delay-us", "max-delay-us")
  // Trials that choose the delays, for each range of them.
  private static let scoutTrials = 8

  /// The scenario's parts of the program.
  /// - Throws: `RequestError` where the scenario cannot be exported.
  static func source(of scenario: Scenario) throws -> ReproducerSource {
    // The seed's and the delays' words are arguments of their own in all scenarios.
    var scenario = scenario
    if scenario.parameters[minDelay] != nil { scenario.parameters[minDelay] = ReproducerSource.minDelay }
    if scenario.parameters[maxDelay] != nil { scenario.parameters[maxDelay] = ReproducerSource.maxDelay }
    func part(_ actor: Actor) -> ReproducerSource.Part {
      var filled = actor
      filled.arguments = actor.arguments.map { $0.replacing("${seed}", with: ReproducerSource.seed) }
      return ReproducerSource.Part(program: actor.program, arguments: scenario.arguments(of: filled, seed: 0))
    }
    return try ReproducerSource(
      preparations: scenario.preparations.map(part), actors: scenario.actors.map(part),
      sources: bundledRecipes.appending(path: "actors"))
  }

  /// Writes the program with the delays under which the failure shows most often, and says how often that is.
  /// - Throws: `LabError` when it does not compile or trials cannot be made, `CancellationError`.
  func export(_ report: PinReport) async throws -> PinReport.Export {
    let source = try Self.source(of: setup.scenario)
    let ranges = delayRanges
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var best = ranges[0]
    if ranges.count > 1 {
      let program = source.text(comment: [], delays: ranges[0])
      var most = -1
      for (index, range) in ranges.enumerated() {
        let rate = try await measure(program, range, trials: Self.scoutTrials, seeds: 1000 * (index + 1))
        let words = "\(rate.failures) of \(count(rate.trials, "trial"))"
        tellPin("delays of \(range.lowerBound) to \(range.upperBound) us: \(words)")
        if rate.failures > most { (best, most) = (range, rate.failures) }
      }
    }
    let program = source.text(comment: [], delays: best)
    let rate = try await measure(program, nil, trials: trials, seeds: 0)
    let export = PinReport.Export(
      file: file, rate: rate, delays: ranges.count > 1 ? [best.lowerBound, best.upperBound] : nil)
    let text = source.text(
      comment: export.comment(report, guest: guestWords), delays: best)
    try await reportingDisk("write the program \(file)") {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    }
    return export
  }

  private var guestWords: String {
    let scenario = setup.scenario
    let functions = scenario.functions.map { function in
      "a zPCI function \(function.model.rawValue) (uid 0x\(String(function.uid, radix: 16)), "
        + "fid 0x\(String(function.fid, radix: 16)))"
    }
    let arguments =
      scenario.kernelArguments.isEmpty
      ? [] : ["the kernel arguments " + scenario.kernelArguments.joined(separator: " ")]
    return ([count(scenario.cpus, "vCPU")] + functions + arguments).joined(separator: ", ")
  }

  /// The scenario's own delays, then each quarter of them; only the former where the scenario has none.
  private var delayRanges: [ClosedRange<Int>] {
    let parameters = setup.scenario.parameters
    guard let most = parameters[Self.maxDelay].flatMap({ Int($0) }), most > 0 else { return [0...0] }
    let least = min(most, parameters[Self.minDelay].flatMap { Int($0) } ?? 0)
    // An actor without a least delay begins at 0.
    guard parameters[Self.minDelay] != nil, most - least >= 4 else {
      let ranges = [most, most / 4, most / 16].map { least...max(least, $0) }
      return ranges.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
    let step = (most - least) / 4
    return [least...most] + (0..<4).map { (least + $0 * step)...(least + ($0 + 1) * step) }
  }

  /// Share of guests in which the program shows the failure, one round in each.
  private func measure(_ program: String, _ delays: ClosedRange<Int>?, trials: Int, seeds: Int) async throws -> Rate {
    let place = URL(fileURLWithPath: folder)
    try makeFolder(place)
    let initramfs = try await addReproducer(program, to: URL(fileURLWithPath: boot.initramfsPath), in: place)
    var setup = setup
    (setup.rules, setup.schedule) = (nil, .mttcg)
    var request = try setup.request(
      on: boot, goal: RunGoal(trials: trials), seed: seed, emulator: emulator, facts: facts)
    request.initramfsPath = initramfs.path
    request.image.id = try await sha256(ofFile: initramfs)
    let range = delays.map { [String($0.lowerBound), String($0.upperBound)] } ?? []
    request.scenario.preparations = []
    var actor = request.scenario.actors[0]
    (actor.name, actor.program, actor.isKTAP) = ("reproducer", reproducerPath, false)
    actor.arguments = ["1", "${seed}"] + range
    request.scenario.actors = [actor]
    let probe = try await TrialProbe(
      request, in: folder + "/trials", host: host, folders: userLocations, readsKernel: false,
      onNote: tellPin)
    defer { probe.close() }
    var (shown, valid) = (0, 0)
    for first in stride(from: 0, to: trials, by: max(1, setup.jobs)) {
      let made = try await withThrowingTaskGroup(of: Trial.self) { group in
        for index in first..<min(trials, first + max(1, setup.jobs)) {
          group.addTask { try await probe.trial(seed: derivedSeed(seed, 500_000 + seeds + index), rules: []) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try Task.checkCancellation()
      let judged = made.filter { $0.verdict != .miss }
      valid += judged.count
      shown += judged.count { trial in trial.findings.contains { $0.signature == finding.signature } }
    }
    return Rate(failures: shown, trials: valid)
  }
}
