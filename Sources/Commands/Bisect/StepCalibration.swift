import Bisection
import Foundation
import KernelSource
import Model
import Reports
import Schedules
import Statistics
import Storage
import Trials

/// Calibration of a `git bisect`: results of its bad commit.
struct StepCalibration: Codable {
  let targets: TargetSignatures
  /// Trials that showed it, of those that were judged.
  var shown = 0
  var judged = 0
  /// Candidates when it was learned.
  var commits = 2

  /// Of those to whom nothing has to be taught.
  init(targets: TargetSignatures) { self.targets = targets }

  /// Of the trials of the bad commit.
  init(_ trials: [Trial], _ targets: TargetSignatures, _ targetSelection: TargetSelection, commits: Int) {
    let sightings = trials.map { TrialObservation($0) }
    let seen = leadingSignatures(trials)
    self.targets = targetSelection == .learned && !seen.isEmpty ? .signatures(seen) : targets
    let tally = Tally(sightings, targeting: self.targets)
    (shown, judged, self.commits) = (tally.shown, tally.judged, commits)
    let titles = Set(trials.compactMap(\.worstFinding).map { "\($0.title) [\($0.signature)]" }).sorted()
    printStatus(
      "zlab: reproduced in \(shown) of \(count(judged, "trial")): \(escapedForTerminal(titles.joined(separator: ", ")))"
    )
  }

  private struct Kept: Codable {
    let session: String
    let lesson: StepCalibration
  }

  /// Calibration stored by an earlier step of this `git bisect`; nil when nothing was, or it cannot be read.
  init?(at place: URL, of session: String) {
    guard let data = FileManager.default.contents(atPath: place.path),
      let kept = try? JSONDecoder().decode(Kept.self, from: data), kept.session == session
    else { return nil }
    self = kept.lesson
  }

  /// Keeps it for the steps that follow.
  /// - Throws: `LabError` when the disk refuses.
  func keep(at place: URL, of session: String) async throws {
    try makeFolder(place.deletingLastPathComponent())
    try await reportingDisk("keep what the bad commit showed") {
      try JSONEncoder().encode(Kept(session: session, lesson: self)).write(to: place, options: .atomic)
    }
  }

  /// Location of the calibration: a file for each repository and way to try it.
  static func place(
    _ repository: GitRepository, _ command: BisectStepCommand, _ setup: RunSetup, _ folders: Locations
  ) -> URL {
    // The text of the scenario counts, so that a file that was changed is learned anew.
    var words = [repository.folder.path, setup.scenarioName, setup.scenario.text, setup.image]
    words +=
      command.settings.sorted() + command.targetSelection.words + command.build.words + command.schedule.words + [
        setup.rules?.text ?? ""
      ]
    return folders.state.appending(path: "bisect-steps/\(stableHash(words.joined(separator: "\u{0}"))).json")
  }
}
