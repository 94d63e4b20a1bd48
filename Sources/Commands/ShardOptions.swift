import ArgumentParser
import Foundation
import Model
import Reports
import Runs
import Trials

/// Options of a run whose results go to a folder, to be joined with `zlab import`.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Make only the K-th of N equal parts of the trials; needs --into and the same --seed for all parts",
      valueName: "K/N"), transform: readShard)
  var shard: TrialNumbering?

  @Option(
    help: ArgumentHelp(
      "Write results to this folder instead of the database, for `zlab import`; needs --seed", valueName: "folder"),
    completion: .directory)
  var into: String?

  func validate() throws {
    if shard != nil && into == nil { throw ValidationError("--shard needs --into FOLDER.") }
  }
}

@Sendable private func readShard(_ text: String) throws -> TrialNumbering {
  guard let numbering = TrialNumbering(text) else {
    throw ValidationError("--shard takes K/N with N up to 10000 and K from 1 to N, not '\(text)'.")
  }
  return numbering
}

extension RunCommand {
  /// Makes a part of a run without a database.
  func runShard(into path: String) async throws {
    let part = shard.shard ?? TrialNumbering()
    var request = try await fresh { () throws(RequestError) in
      throw RequestError("--to-exclude reads the database, which --into does not use", advice: "Use --trials.")
    }
    let results = ResultFolder(URL(fileURLWithPath: path).standardizedFileURL.path)
    let progress = Progress(goal: part.share(of: request.goal))
    let (run, trials) = try await host.withHost(userLocations) { host, facts in
      request.host = facts
      let executor = BatchExecutor(request, job: request.job(), into: results, host: host, folders: userLocations) {
        progress.show($0)
      }
      return try await executor.runShard(part)
    }
    progress.end()
    let counts = RunCounts(trials)
    try printResult(
      "run \(run.id), part \(part): \(count(counts.passes + counts.fails, "valid trial")), \(counts.fails) failed, "
        + "\(count(counts.misses, "miss", "misses")) in \(results.path)\n")
    printStatus("zlab: join all parts with `zlab import FOLDER...`")
    switch run.state {
    case .interrupted: throw ExitStatus.interrupted.exit
    case .abandoned: throw ExitStatus.labCannot.exit
    case .running, .finished: break
    }
  }
}
