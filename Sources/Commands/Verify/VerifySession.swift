import ArgumentParser
import Foundation
import Kernels
import Model
import PatchMail
import Reports
import ResultStore
import Runs
import Schedules
import Statistics
import Synchronization
import Trials

/// One `zlab verify` from the mail to the verdict, and what it spent its time on.
struct VerifySession {
  private let command: VerifyCommand
  /// nil where two kernels that are built already are compared.
  private let series: PatchSeries?
  private let known: Set<String>
  private let base: [PatchSeries]
  private let setup: RunSetup
  private let seed: UInt64
  private let started = Date()
  private let clock = ContinuousClock.now
  private var stages: [VerifyStage] = []
  private var resumed: VerifyRuns?

  /// Takes up a comparison that was cut short.
  /// - Parameter text: either of its runs.
  init(resuming text: String) throws {
    let store = try ResultStore(userLocations)
    let file = try ComparisonFile(of: try store.run(text))
    guard let command = try? VerifyCommand.parse(file.arguments) else {
      throw RequestError(
        "cannot resume the comparison of runs \(file.before) and \(file.after): this zlab does not know its command",
        advice: "It was: " + ReproCommand("verify", file.arguments).text)
    }
    try self.init(command)
    resumed = VerifyRuns(before: try store.run(file.before), after: try store.run(file.after))
  }

  /// Reads everything that can be wrong before anything is built.
  init(_ command: VerifyCommand) throws {
    self.command = command
    try command.host.check()
    series = try command.mail.map(readSeries)
    let issues = try command.limits.knownIssues.map { try readKnownIssues(atPath: $0) } ?? []
    known = Set(try (issues + userKnownIssues()).map(\.signature))
    base = try command.base.map(readSeries)
    var setup = try RunSetup(
      command.scenario ?? "", settings: readSettings(command.settings), image: command.image,
      execution: command.schedule)
    setup.jobs = command.jobs.count(memory: setup.scenario.memory)
    (setup.confidence, setup.hostWords) = (command.limits.confidence, command.host.words)
    self.setup = setup
    seed = command.seed ?? UInt64.random(in: 0..<1 << 32)
    guard let series else { return }
    for number in series.missing.prefix(4) {
      printStatus(
        "zlab: \(escapedForTerminal(series.name)) lacks patch \(number) of \(series.total ?? 0); continuing without it")
    }
  }

  mutating func execute() async throws -> VerifyResult {
    let command = command
    let setup = setup
    // Before anything is built.
    let emulator = try await command.host.emulatorPath(for: setup.scenario.functions)
    let boot: (BootSet, BootSet)
    if let series {
      let kernels = try await builtKernels(series)
      boot = try await timed("images") { (try await setup.boot(kernels.0), try await setup.boot(kernels.1)) }
    } else {
      boot = try await timed("images") {
        (try await setup.boot(command.before ?? ""), try await setup.boot(command.after ?? ""))
      }
    }
    let (before, after) = (boot.0.kernel, boot.1.kernel)
    guard before.id != after.id else {
      throw RequestError(
        series == nil
          ? "nothing to compare: both kernels are \(before.name)"
          : "the patch has no effect: both kernels are \(before.name)")
    }
    let store = try ResultStore(userLocations)
    let requests = try [boot.0, boot.1].map { try request($0, emulator) }
    let unpatched = try store.signaturesOfUnpatchedKernels(line: kernelLine(before.release))
    let known = known.union(unpatched)
    if let resumed, resumed.before.kernel.id != before.id || resumed.after.kernel.id != after.id {
      throw RequestError(
        "cannot resume the comparison of runs \(resumed.before.id) and \(resumed.after.id): the source, the patch or a "
          + "kernel's name stands for another kernel now",
        advice: "Begin a new one: " + command.again(setup, seed: seed).text)
    }
    let (resumed, words) = (resumed, Array(command.again(setup, seed: seed).words.dropFirst(2)))
    let runs = Mutex<[PatchSide: Run]>([:])
    let progress = VerifyProgress(limit: command.limits.maxPairs)
    defer { progress.end() }
    let (outcome, facts, earlier) = try await timed("trials") {
      try await command.host.withHost(userLocations) { host, facts in
        var requests = requests
        for index in requests.indices { requests[index].host = facts }
        let earlier = try command.limits.earlierRun(like: requests[0], store)
        let judge = command.limits.judge(
          known: known, earlier: try earlier.map { try store.trials(of: $0.id) } ?? [])
        let executor = VerifyExecutor(
          before: requests[0], after: requests[1], judge: judge, time: command.limits.time, resuming: resumed,
          host: host, store: store, folders: userLocations
        ) { event in
          progress.show(event)
          guard case .run(let side, .started(let run)) = event else { return }
          let both = runs.withLock { runs in
            runs[side] = run
            return runs
          }
          do throws(LabError) { try ComparisonFile.write(both, words) } catch {
            printStatus("zlab: \(error.problem); it cannot be resumed")
          }
        }
        return (try await executor.execute(), facts, earlier?.id)
      }
    }
    return try result(outcome, facts, store, before, after, earlier)
  }

  /// Builds both sides, and gives their ids.
  private mutating func builtKernels(_ series: PatchSeries) async throws -> (String, String) {
    let (command, base) = (command, base)
    // A patch that does not fit is told now, not after the first build.
    try await timed("check") {
      let builder = KernelBuilder(folders: userLocations, mirror: command.build.mirror)
      try await builder.check(
        command.build.request(command.source ?? "", command.revision.rev, patches: base + [series])
      ) { event in
        switch event {
        case .note(let text), .prepared(let text): printStatus(harmlessLines(text))
        case .compiled, .waiting: break
        }
      }
    }
    let before = try await timed("build before") { try await build(base, "before", command) }
    let after = try await timed("build after") { try await build(base + [series], "after", command) }
    return (before.id, after.id)
  }

  private mutating func timed<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
    let start = ContinuousClock.now
    let value = try await body()
    stages.append(VerifyStage(name: name, seconds: start.duration(to: .now) / .seconds(1)))
    return value
  }

  private func request(_ boot: BootSet, _ emulator: String) throws -> RunRequest {
    // A side has no goal of its own; by hand, 20 trials show what there is to see.
    let again = ReproCommand.run(
      setup, kernel: String(boot.kernel.id.prefix(12)), goal: RunGoal(trials: 20), seed: seed)
    return try setup.request(on: boot, goal: RunGoal(), seed: seed, emulator: emulator, command: again.text)
  }

  private func result(
    _ outcome: VerifyOutcome, _ facts: [String: String], _ store: ResultStore, _ before: KernelRecord,
    _ after: KernelRecord, _ earlier: String?
  ) throws -> VerifyResult {
    let trials = (try store.trials(of: outcome.before.id), try store.trials(of: outcome.after.id))
    let (older, newer) = (outcome.before, outcome.after)
    let result = VerifyResult(
      id: newer.id, subject: subject(before, after),
      before: VerifySide(kernel: before, run: older.id, folder: older.folder, early: earlyTitles(trials.0)),
      after: VerifySide(kernel: after, run: newer.id, folder: newer.folder, early: earlyTitles(trials.1)),
      judgement: outcome.judgement,
      sightings: clearestSightings(before: trials.0, after: trials.1), confidence: command.limits.confidence,
      factor: command.limits.factor, baseRun: earlier, state: newer.state, seed: seed, started: started,
      ended: max(Date(), started), stages: stages,
      duration: clock.duration(to: .now) / .seconds(1), command: command.again(setup, seed: seed).words, host: facts)
    try store.put(result)
    return result
  }

  private func subject(_ kernel: KernelRecord, _ patched: KernelRecord) -> VerifySubject {
    let targeted = command.limits.signature
    let patches = series.map(mentions) ?? [PatchMention(title: "\(kernel.name) against \(patched.name)")]
    return VerifySubject(
      source: kernel.build?.source ?? kernel.origin, base: base.flatMap(mentions), patches: patches,
      config: kernel.build?.fragments ?? [], toolchain: kernel.build?.toolchain ?? "", scenario: setup.scenario.name,
      parameters: setup.scenario.parameters, schedule: setup.rules?.file ?? setup.schedule.description,
      targeted: targeted.isEmpty ? nil : targeted, mail: mailReference)
  }

  private func mentions(_ series: PatchSeries) -> [PatchMention] {
    series.patches.map {
      PatchMention(
        title: $0.tag.description + $0.subject, author: $0.author, messageID: $0.messageID, file: series.name)
    }
  }

  private var mailReference: MailReference? {
    guard let patch = series?.patches.first, patch.messageID != nil || patch.author != nil else { return nil }
    return MailReference(
      subject: patch.tag.description + patch.subject, author: patch.author, date: patch.date,
      messageID: patch.messageID)
  }
}

/// Builds one side, telling how it goes on.
private func build(_ patches: [PatchSeries], _ side: String, _ command: VerifyCommand) async throws -> KernelRecord {
  let progress = BuildProgress(side)
  defer { progress.end() }
  let request = try command.build.request(command.source ?? "", command.revision.rev, patches: patches)
  do {
    return try await KernelBuilder(folders: userLocations, mirror: command.build.mirror).build(request) {
      // What was said when the patches were checked need not be said again.
      if case .prepared = $0 { return }
      progress.show($0)
    }
  } catch let error as RequestError {
    throw RequestError("\(side) the patch: \(error.problem)", advice: error.advice)
  }
}

/// Kernel reports before the scenario started, in any of the trials; nil for nothing.
private func earlyTitles(_ trials: [Trial]) -> [String]? {
  var titles: [String] = []
  for finding in trials.flatMap({ $0.earlyFindings ?? [] }) {
    // A panic's title is the same for many reasons.
    let words = finding.kind == .panic ? "\(finding.title) (\(finding.message))" : finding.title
    if !titles.contains(words) { titles.append(words) }
  }
  return titles.isEmpty ? nil : Array(titles.prefix(10))
}
