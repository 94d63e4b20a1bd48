import Model
import Reports
import ResultStore
import Runs
import Trials

extension RunCommand {
  /// The same request that began the run.
  func repeated(_ run: Run) async throws -> RunRequest {
    guard run.goal != RunGoal() else {
      throw RequestError(
        "cannot resume run \(run.id): it is one side of a `zlab verify` comparison",
        advice: "`\(ReproCommand.resume("verify", run.id).text)` goes on with it.")
    }
    var request = try await request(
      as: run, goal: run.goal, seed: run.seed, start: run.start, command: run.command,
      otherwise: "Start a new run: \(run.command)")
    (request.replay, request.repeats) = (run.replay, run.repeats)
    return request
  }

  /// A request for the failed trials of an earlier run once more, with their numbers and seeds.
  /// - Parameter text: the run.
  func repeatingFailed(_ text: String, _ store: ResultStore) async throws -> RunRequest {
    let run = try store.run(text)
    let failed = try store.trials(of: run.id).filter { $0.verdict == .fail }
    guard !failed.isEmpty else {
      throw RequestError("no trial of run \(run.id) failed", advice: "Start it again: \(run.command)")
    }
    if let other = failed.first(where: { $0.seed != run.seed(ofTrial: $0.number) }) {
      throw RequestError(
        "the seed of trial \(other.number) does not follow from that of run \(run.id), which zlab has not made",
        advice: "Repeat it alone: " + ReproCommand.replay(run.id, other.number).text)
    }
    var command = ReproCommand.failed(run.id)
    command.add("--kernel", kernel.map(absolutePath))
    command.add(diagnostics.words + host.words)
    var request = try await request(
      as: run, on: kernel, goal: RunGoal(trials: failed.count), seed: run.seed, start: run.start,
      command: command.text, otherwise: "Name a kernel with --kernel, or start a new run: \(run.command)")
    request.replay = run.replay
    request.repeats = RepeatedTrials(run: run.id, trials: failed.map(\.number).sorted())
    return request
  }

  /// A request for one trial that is given what a trial of an earlier run was given.
  /// - Parameter text: `RUN/TRIAL`.
  func replaying(_ text: String, _ store: ResultStore) async throws -> RunRequest {
    let (run, trial) = try findTrial(text, store, for: "--replay")
    var command = ReproCommand.replay(run.id, trial.number)
    command.add(diagnostics.words + host.words)
    var request = try await request(
      as: run, goal: RunGoal(trials: 1), seed: trial.seed, start: trial.start ?? run.start, command: command.text,
      otherwise: "The trial cannot be repeated exactly without it; start a new run: \(run.command)")
    request.replay = Replay(of: trial, in: run)
    return request
  }

  /// - Parameter other: another kernel than the run's; nil for that one.
  private func request(
    as run: Run, on other: String? = nil, goal: RunGoal, seed: UInt64, start: TrialStart?, command: String,
    otherwise advice: String
  ) async throws -> RunRequest {
    var setup = try RunSetup(of: run)
    setup.start = start ?? .booted
    setup.jobs = jobs.count(memory: setup.scenario.memory, usual: setup.jobs)
    let emulator = try await host.emulatorPath(for: setup.scenario.functions)
    if let other {
      let boot = try await setup.boot(other)
      return try setup.request(on: boot, goal: goal, seed: seed, emulator: emulator, command: command)
    }
    let boot: BootSet
    do { boot = try await BootSet(of: run) } catch is RequestError {
      throw LabError("the kernel or image of run \(run.id) is no longer in the cache", advice: advice)
    }
    guard boot.image.id == run.image.id else {
      throw LabError(
        "the image of run \(run.id) is no longer in the cache, and its recipe or packages have changed since",
        advice: advice)
    }
    return try setup.request(on: boot, goal: goal, seed: seed, emulator: emulator, command: command)
  }
}

/// A trial of a run.
/// - Parameters:
///   - text: `RUN/TRIAL`.
///   - taker: command or option that takes it, for messages.
/// - Throws: `RequestError` when there is none.
func findTrial(_ text: String, _ store: ResultStore, for taker: String) throws -> (Run, Trial) {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  guard parts.count == 2, !parts[0].isEmpty, let number = Int(parts[1]), number > 0 else {
    throw RequestError("\(taker) takes RUN/TRIAL, not '\(text)'", advice: "For instance \(taker) 3f9a/7.")
  }
  let run = try store.run(String(parts[0]))
  let trials = try store.trials(of: run.id)
  guard let trial = trials.first(where: { $0.number == number }) else {
    let known = trials.last.map { "Its last trial is \($0.number)." }
    throw RequestError("run \(run.id) has no trial \(number)", advice: known)
  }
  return (run, trial)
}
