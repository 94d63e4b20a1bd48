import DebianPackages
import Foundation
import KernelSource
import Kernels
import Model
import Nightly
import Schedules
import Trials

/// Reads a plan, and looks at everything that it names before anything is fetched or built.
/// - Parameter needsKernels: whether a kernel of the cache that is not there is a mistake. A night that goes on without it
///   reports its cells; a person who tries the plan is told.
/// - Throws: `RequestError` with the place of what is wrong.
func readPlan(_ path: String, needsKernels: Bool) throws -> Plan {
  let file = URL(fileURLWithPath: path).standardizedFileURL.path
  let text = try readText(file, what: "plan")
  let plan = try parsePlan(text, file: file, checks: needsKernels ? strictChecks : realChecks)
  _ = try knownIssues(of: plan)
  return plan
}

/// Reads the text of a night's plan that lay in `file`; what it names need not be there any more: it is in the cache.
func parseStoredPlan(_ text: String, file: String) throws(RequestError) -> Plan {
  try parsePlan(text, file: file, checks: trustingChecks)
}

private func parsePlan(_ text: String, file: String, checks: PlanChecks) throws(RequestError) -> Plan {
  try Plan(parsing: text, file: file, home: ProcessInfo.processInfo.environment["HOME"] ?? "/", checks: checks)
}

/// The plan's list of known issues as it is now, and behind it the one that `zlab signature mark` writes.
/// - Throws: `RequestError` with the place of what is wrong.
func knownIssues(of plan: Plan) throws -> [KnownIssueRecord] {
  try (plan.knownIssues.map { try readKnownIssues(atPath: $0) } ?? []) + userKnownIssues()
}

/// Reads a list of known issues from a file.
/// - Throws: `RequestError` with the place of what is wrong.
func readKnownIssues(atPath file: String) throws -> [KnownIssueRecord] {
  try readKnownIssues(readText(file, what: "list of known issues"), file: file)
}

private func readText(_ path: String, what: String) throws -> String {
  String(decoding: try readInput(path, limit: 1 << 20, as: "the \(what) \(path)"), as: UTF8.self)
}

/// Looks for the branches and revisions that a plan names; nothing is fetched.
/// - Throws: `RequestError` for one that is not there.
func checkRevisions(of plan: Plan) async throws {
  for kernel in plan.selectedKernels {
    let place: String
    let revision: String
    switch kernel.source.origin {
    case .branch(let repository, let name, nil): (place, revision) = (repository, name)
    case .source(let text, let name?): (place, revision) = (text, name)
    default: continue
    }
    let repository = try GitRepository(at: URL(fileURLWithPath: place))
    guard try await repository.commitIfAny(revision) == nil else { continue }
    throw RequestError(
      "the kernel '\(kernel.source.name)' cannot be had: \(place) has no branch or revision '\(revision)'",
      advice: repository.adviceOnMissing)
  }
}

private let realChecks = PlanChecks(
  scenario: { (name, settings) throws(RequestError) in
    var scenario = try Catalogue.find(name)
    try scenario.set(settings)
    return scenario.name
  },
  fragment: { (name) throws(RequestError) in try asRequest { _ = try readFragment(name) } },
  patch: { (path) throws(RequestError) in try asRequest { _ = try readSeries(path) } },
  origin: { (origin) throws(RequestError) in
    switch origin {
    case .release(let name):
      if let debian = try DebianName("debian:" + name) { try checkRelease(debian) }
    case .cached: break
    case .source(let text, let revision):
      // A kernel's version is the name of a source, too.
      if case .debian(let name) = try KernelSource(text, revision: revision), name.release.first?.isLetter == true {
        try checkRelease(name)
      }
    case .branch(let repository, let name, _): _ = try KernelSource(repository, revision: name)
    }
  },
  schedule: { (path) throws(RequestError) in try readScheduleFile(path).base })

/// Refuses what looks like a typing error; whether the archive has it is known when it is fetched.
private func checkRelease(_ debian: DebianName) throws(RequestError) {
  if KernelStore(folders: userLocations).list().contains(where: { $0.name == "debian:" + debian.release }) { return }
  guard let meant = DebianArchive.likelyRelease(for: debian.release) else { return }
  throw RequestError("'\(debian.release)' is not a known Debian release", advice: "Did you mean '\(meant)'?")
}

private let strictChecks = PlanChecks(
  scenario: realChecks.scenario, fragment: realChecks.fragment, patch: realChecks.patch,
  origin: { (origin) throws(RequestError) in
    guard case .cached(let name) = origin else { return try realChecks.origin(origin) }
    if name.contains("/") {
      _ = try KernelImage(file: URL(fileURLWithPath: name))
    } else {
      _ = try KernelStore(folders: userLocations).find(name)
    }
  }, schedule: realChecks.schedule)

// Names of scenarios are asked for in any case: they are what cells are called.
private let trustingChecks = PlanChecks(
  scenario: realChecks.scenario, fragment: { _ throws(RequestError) in }, patch: { _ throws(RequestError) in },
  origin: { _ throws(RequestError) in },
  schedule: { _ throws(RequestError) in .turns(shift: Schedule.usualShift, cpus: 2) })

// What cannot be read is wrong in the plan, whatever the reason.
private func asRequest(_ body: () throws -> Void) throws(RequestError) {
  do { try body() } catch let error as RequestError {
    throw error
  } catch { throw RequestError("\(error)") }
}
