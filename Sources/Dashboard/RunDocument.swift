import Foundation
import Model
import Reports
import ResultStore

/// A run in lists of the JSON form of pages.
struct RunDocument: Encodable {
  let id: String
  let scenario: String
  /// Name, release and id of its kernel.
  let kernel: String
  let release: String
  let build: String
  let started: Date
  let state: RunState
  let verdict: RunVerdict
  let passes: Int
  let fails: Int
  let misses: Int

  private enum CodingKeys: String, CodingKey {
    case id, scenario, kernel, release, started, state, verdict, passes, fails, misses
    case build = "kernel_id"
  }
}

extension Pages {
  func runDocument(_ counted: CountedRun) -> RunDocument {
    let run = counted.run
    return RunDocument(
      id: run.id, scenario: run.scenario, kernel: run.kernel.name, release: run.kernel.release, build: run.kernel.id,
      started: run.started, state: state(run), verdict: verdict(run, counted.passes, counted.fails),
      passes: counted.passes, fails: counted.fails, misses: counted.misses)
  }
}
