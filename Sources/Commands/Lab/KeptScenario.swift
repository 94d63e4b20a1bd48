import BisectSearch
import Bisection
import Foundation
import Model
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

/// FNV-1a of 64 bits (Fowler, Noll, Vo) in hex: the same in every process, which Swift's own hashes are not.
func stableHash(_ text: String) -> String {
  let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  return String(hash, radix: 16)
}

extension RunSetup {
  /// Setup of a bisection as it was started.
  /// - Throws: `RequestError` when its scenario cannot be read any more.
  init(_ plan: BisectPlan) throws(RequestError) {
    let scenario = try Scenario(parsing: plan.scenarioText, file: "the scenario of the bisection \(plan.name)")
    try self.init(
      scenario, named: plan.scenarioFile ?? plan.scenario, settings: plan.parameters, image: plan.image,
      schedule: plan.schedule, start: plan.start)
    (jobs, confidence, hostWords) = (plan.jobs, plan.settings.confidence, plan.hostWords)
  }
}
