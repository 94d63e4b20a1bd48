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
