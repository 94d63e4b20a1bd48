package import Model
import Reports
import Schedules
import Trials

extension RunRequest {
  /// The first difference that makes trials of an earlier run another experiment than this one's; nil for none.
  package func difference(from run: Run) -> String? {
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
