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
        advice: "`zlab verify --resume \(run.id)` goes on with it.")
    }
    var request = try await request(
      as: run, goal: run.goal, seed: run.seed, start: run.start, command: run.command,
      otherwise: "Start a new run: \(run.command)")
    request.replay = run.replay
    return request
  }

  /// A request for one trial that is given what a trial of an earlier run was given.
  /// - Parameter text: `RUN/TRIAL`.
  func replaying(_ text: String, _ store: ResultStore) async throws -> RunRequest {
    let (run, trial) = try findTrial(text, store, for: "--replay")
    let command = ReproCommand(
      "run", ["--replay", "\(run.id)/\(trial.number)"] + diagnostics.words + host.words)
    var request = try await request(
      as: run, goal: RunGoal(trials: 1), seed: trial.seed, start: trial.start ?? run.start, command: command.text,
      otherwise: "The trial cannot be repeated exactly without it; start a new run: \(run.command)")
    request.replay = Replay(of: trial, in: run)
    return request
  }

  private func request(
    as run: Run, goal: RunGoal, seed: UInt64, start: TrialStart?, command: String, otherwise advice: String
  ) async throws -> RunRequest {
    var setup = try RunSetup(of: run)
    setup.start = start ?? .booted
    setup.jobs = jobs.count(memory: setup.scenario.memory, usual: setup.jobs)
    let emulator = try host.emulatorPath()
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
