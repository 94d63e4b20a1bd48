import BisectSearch
import Bisection
import Foundation
import Model
import Schedules
import Storage
import Trials

/// A copy of a user's scenario file, for work that goes on for hours while the user may change, move or remove it: what
/// is printed then names the copy. It lies under `scenarios` in the state folder, named by its content, and stays.
/// - Returns: its path; of one of the catalogue's its name.
/// - Throws: `LabError` when the disk refuses.
func keptScenario(_ setup: RunSetup, in folders: Locations) async throws -> String {
  guard Catalogue.isFile(setup.scenarioName) else { return setup.scenarioName }
  let place = folders.state.appending(path: "scenarios")
  let file = place.appending(path: "\(setup.scenario.name)-\(stableHash(setup.scenario.text)).yaml")
  try makeFolder(place)
  try await reportingDisk("keep a copy of the scenario \(setup.scenarioName)") {
    try Data(setup.scenario.text.utf8).write(to: file, options: .atomic)
  }
  return file.path
}

/// A copy of a user's schedule file, as of ``keptScenario(_:in:)``, under `schedules` in the state folder.
/// - Returns: the schedule under the copy's path.
/// - Throws: `LabError` when the disk refuses.
func keptSchedule(_ rules: ScheduleFile, in folders: Locations) async throws -> ScheduleFile {
  let place = folders.state.appending(path: "schedules")
  let name = URL(fileURLWithPath: rules.file).deletingPathExtension().lastPathComponent.filter {
    $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")
  }
  let file = place.appending(path: "\(name.prefix(40))-\(stableHash(rules.text)).yaml")
  try makeFolder(place)
  try await reportingDisk("keep a copy of the schedule \(rules.file)") {
    try Data(rules.text.utf8).write(to: file, options: .atomic)
  }
  var kept = rules
  kept.file = file.path
  return kept
}

extension RunSetup {
  /// Setup of a bisection as it was started.
  /// - Throws: `RequestError` when its scenario cannot be read any more.
  init(_ plan: BisectPlan) throws(RequestError) {
    let scenario = try Scenario(parsing: plan.scenarioText, file: "the scenario of the bisection \(plan.name)")
    try self.init(
      scenario, named: plan.scenarioFile ?? plan.scenario, settings: plan.parameters, image: plan.image,
      schedule: plan.schedule, start: plan.start)
    if let kept = plan.rules { rules = try ScheduleFile(parsing: kept.text, file: kept.file) }
    (jobs, confidence, hostWords) = (plan.jobs, plan.settings.confidence, plan.hostWords)
  }
}
