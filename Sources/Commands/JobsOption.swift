import ArgumentParser
import Foundation
import Runs

/// The shared choice of how many guests run at a time.
struct JobsOption: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Guests at a time, 1 to 64, or auto: one per CPU, limited by available memory (default: 1)",
      valueName: "count|auto"),
    transform: readJobs)
  var jobs: Jobs?

  /// Number of jobs on this host.
  /// - Parameters:
  ///   - memory: of one guest, in MiB.
  ///   - usual: when nothing is said.
  func count(memory: Int, usual: Int = 1) -> Int {
    switch jobs {
    case nil: return usual
    case .exactly(let count): return count
    case .automatic:
      let count = automaticJobs(
        cores: ProcessInfo.processInfo.activeProcessorCount, freeMemory: availableMemory(), guestMemory: memory)
      printStatus("zlab: --jobs auto is --jobs \(count) here")
      return count
    }
  }
}

/// Value of `--jobs`.
enum Jobs { case exactly(Int), automatic }

@Sendable private func readJobs(_ text: String) throws -> Jobs {
  if text == "auto" { return .automatic }
  guard let count = Int(text), (1...64).contains(count) else {
    throw ValidationError("--jobs must be 1 to 64, or auto.")
  }
  return .exactly(count)
}
