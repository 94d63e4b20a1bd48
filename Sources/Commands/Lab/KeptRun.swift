import LibvirtGuest
import Model
import ResultStore
import Runs

/// Makes a run that is part of a longer search, and stored as any other.
/// - Parameter name: of the search, for the status line.
/// - Throws: `LabError` when its trials keep failing, `CancellationError`.
func keptRun(
  _ request: RunRequest, behind name: String, on host: LibvirtHost, _ store: ResultStore
) async throws -> Run {
  let progress = Progress(goal: request.goal, behind: name)
  let run = try await RunExecutor(request, host: host, store: store, folders: userLocations) { progress.show($0) }
    .begin()
  progress.end()
  switch run.state {
  case .interrupted: throw CancellationError()
  case .abandoned: throw LabError("trials kept failing: `zlab report \(run.id)` has the reasons")
  case .running, .finished: return run
  }
}
