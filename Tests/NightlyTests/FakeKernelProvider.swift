import Foundation
import Guest
import Model
import Nightly
import Runs
import Synchronization
import Trials

/// A night's lab without builds: kernels that exist by name, or cannot be had.
final class FakeKernelProvider: KernelProvider {
  /// Ids of kernels by the plan's name; of others the name itself.
  private let ids: [String: String]
  /// Names of kernels that do not build.
  private let broken: Set<String>
  /// Names of kernels that cannot even be told.
  private let unknown: Set<String>
  /// Names of kernels that take for ever to be told.
  private let stuck: Set<String>
  private let lines: [String: String]
  /// Cells that asked for their kernel.
  let asked = Mutex<[String]>([])

  init(
    ids: [String: String] = [:], broken: Set<String> = [], unknown: Set<String> = [], stuck: Set<String> = [],
    lines: [String: String] = [:]
  ) {
    (self.ids, self.broken, self.unknown, self.stuck, self.lines) = (ids, broken, unknown, stuck, lines)
  }

  func identify(_ kernel: PlannedKernel) async throws -> NightKernel {
    let name = kernel.source.name
    while stuck.contains(name) { try await Task.sleep(for: .seconds(60)) }
    if unknown.contains(name) { throw LabError("cannot fetch \(name)") }
    return NightKernel(id: ids[name] ?? name, line: kernel.source.line ?? lines[name] ?? name)
  }

  func request(_ cell: PlannedCell, _ kernel: NightKernel, seed: UInt64) async throws -> RunRequest {
    let name = cell.kernel.source.name
    asked.withLock { $0.append("\(name)/\(cell.scenario.name)") }
    if broken.contains(name) { throw RequestError("\(name) does not compile") }
    let text = """
      {schema: zlab.scenario/1, name: \(cell.scenario.name), summary: s, actors: [{program: a}], settle: 20ms,
       duration: 600s}
      """
    let record = KernelRecord(id: kernel.id, name: name, release: "6.1.0-fake", origin: "", created: .distantPast)
    let image = ImageRecord(id: "i", name: "mini", kernel: kernel.id, size: 1, created: .distantPast)
    var limits = TrialLimits()
    (limits.boot, limits.plug, limits.silence) = (.seconds(600), .seconds(600), .seconds(600))
    return RunRequest(
      scenario: try Scenario(parsing: text, file: "t"), kernel: record, image: image, kernelPath: kernel.id,
      initramfsPath: "", emulator: "", goal: RunGoal(), jobs: 1, seed: seed, start: .booted, limits: limits,
      command: "zlab run \(cell.scenario.name)")
  }
}

/// A plan of these kernels and scenarios.
func fakePlan(
  kernels: [String], scenarios: [String], trials: Int, more: String = ""
) throws -> Plan {
  let checks = PlanChecks(
    scenario: { name, _ throws(RequestError) in name }, fragment: { _ throws(RequestError) in },
    patch: { _ throws(RequestError) in }, origin: { _ throws(RequestError) in },
    schedule: { _ throws(RequestError) in .turns(shift: Schedule.usualShift, cpus: 2) })
  let sources = kernels.map { "{kernel: \($0)}" }.joined(separator: ", ")
  let text = """
    schema: zlab.plan/1
    name: p
    sources: [\(sources)]
    scenarios: [\(scenarios.joined(separator: ", "))]
    trials: \(trials)
    \(more)
    """
  return try Plan(parsing: text, file: "/p.yaml", home: "", checks: checks)
}

/// A night as it begins.
func fakeNight(_ id: String, seed: UInt64 = 3, jobs: Int = 1, at seconds: Double) -> NightRecord {
  NightRecord(
    id: id, plan: "p", planText: "", planFile: "/p.yaml", seed: seed,
    started: Date(timeIntervalSince1970: seconds), jobs: jobs, command: "zlab nightly p.yaml", host: [:])
}
