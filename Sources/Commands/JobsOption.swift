import ArgumentParser
import Campaign
import Foundation

/// The shared choice of how many guests run at a time.
struct JobsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Guests at a time, 1 to 64. auto: one for each core, as far as memory reaches now.", valueName: "count|auto"),
    transform: readJobs)
  var jobs = Jobs.exactly(1)

  /// How many that is on this host.
  /// - Parameter memory: of one guest, in MiB.
  func count(memory: Int) -> Int {
    switch jobs {
    case .exactly(let count): return count
    case .automatic:
      let count = automaticJobs(
        cores: ProcessInfo.processInfo.activeProcessorCount, freeMemory: availableMemory(), guestMemory: memory)
      say("zlab: --jobs auto is --jobs \(count) here")
      return count
    }
  }
}

/// What `--jobs` says.
enum Jobs { case exactly(Int), automatic }

/// The option that a repeated command needs: the number that was chosen, so that it is the same elsewhere.
func jobsWords(_ count: Int) -> [String] { count > 1 ? ["--jobs", String(count)] : [] }

@Sendable private func readJobs(_ text: String) throws -> Jobs {
  if text == "auto" { return .automatic }
  guard let count = Int(text), (1...64).contains(count) else {
    throw ValidationError("--jobs must be 1 to 64, or auto.")
  }
  return .exactly(count)
}
