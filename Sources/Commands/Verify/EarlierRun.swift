import Model
import Reports
import ResultStore
import Runs
import Schedules
import Trials

extension VerifyLimits {
  /// The run of `--base-run`: the one that is named, or with `auto` the newest of the kernel before the patch that was
  /// made in the same way.
  /// - Throws: `RequestError` when the run that is named was made in another way, with the first difference.
  func earlierRun(like request: RunRequest, _ store: ResultStore) throws -> Run? {
    guard let baseRun else { return nil }
    guard baseRun == "auto" else {
      let run = try store.run(baseRun)
      if let difference = request.difference(from: run) {
        throw RequestError(
          "the trials of run \(run.id) cannot count as trials before the patch: \(difference)",
          advice: "`zlab verify` without --base-run makes its own.")
      }
      return run
    }
    let run = try store.runs(limit: 1000).first { request.difference(from: $0) == nil && $0.state != .running }
    if run == nil {
      printStatus("zlab: no earlier run of the kernel without the patch was made in this way; making trials of it")
    }
    return run
  }
}

extension RunRequest {
  /// The first difference that makes trials of an earlier run another experiment than this one's; nil for none.
  func difference(from run: Run) -> String? {
    if run.kernel.id != kernel.id {
      return "its kernel is \(escapedForTerminal(run.kernel.name)) (\(run.kernel.id.prefix(12)))"
    }
    if run.image.id != image.id { return "its image is another" }
    if run.scenario != scenario.name { return "its scenario is \(escapedForTerminal(run.scenario))" }
    if run.scenarioText != scenario.text { return "the scenario has changed since" }
    if run.parameters != scenario.parameters { return "its parameters are others" }
    if run.schedule != schedule { return "its schedule is \(run.schedule?.description ?? "unknown")" }
    if run.rules?.text != rules?.text { return "its schedule file is another" }
    if run.replay != nil || run.repeats != nil { return "its trials are chosen ones of another run" }
    if run.jobs != jobs { return "it had \(run.jobs ?? 1) guests at a time, and now there are \(jobs)" }
    for name in Set(run.host.keys).union(host.keys).sorted() where run.host[name] != host[name] {
      return
        "\(name) was \(escapedForTerminal(run.host[name] ?? "unknown")) and is \(escapedForTerminal(host[name] ?? "unknown"))"
    }
    return nil
  }
}
