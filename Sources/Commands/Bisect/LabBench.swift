import Bisect
import BisectLab
import Campaign
import Foundation
import GitHistory
import KernelBuild
import KernelConfig
import KernelSource
import Kernels
import Records
import Reports
import Scenarios
import Statistics

/// The lab as a bisection uses it: kernels of a git repository's commits, and trials of one scenario.
struct LabBench: BisectBench {
  private let plan: BisectPlan
  private let options: BuildOptions
  private let scenario: Scenario
  private let emulator: String
  private let jobs: Int
  private let facts: [String: String]
  private let kernels = KernelStore(folders: userFolders)
  /// Kernels that were in the cache at the start, by the tree that they were built from.
  private let known: [String: KernelRecord]

  /// - Parameter facts: of the host.
  init(
    _ plan: BisectPlan, _ options: BuildOptions, emulator: String, jobs: Int, facts: [String: String]
  ) throws {
    (self.plan, self.options, self.emulator) = (plan, options, emulator)
    (self.jobs, self.facts) = (jobs, facts)
    var scenario = try Scenario(parsing: plan.scenarioText, file: "the scenario of the bisection \(plan.name)")
    try scenario.set(plan.parameters)
    self.scenario = scenario
    let request = try options.request(plan.repository, patches: [])
    let names = request.fragments.map(\.name)
    let fitting = kernels.list().compactMap { kernel -> (String, KernelRecord)? in
      guard let build = kernel.build, build.patches.isEmpty, build.fragments == names,
        build.sandboxed == request.isBoxed, build.toolchain.contains(request.compiler.rawValue),
        build.missing.isEmpty || request.allowsMissing
      else { return nil }
      return (build.tree, kernel)
    }
    known = Dictionary(fitting) { first, _ in first }
  }

  func kernelAtHand(_ commit: Commit, id: String?) async -> KernelRecord? {
    id.map { kernels.known($0) } ?? known[commit.tree]
  }

  func build(_ commit: Commit) async throws -> KernelRecord {
    let progress = BuildProgress(commit.shortID)
    defer { progress.end() }
    var request = try options.request(plan.repository, patches: [])
    request.source = .git(repository: URL(fileURLWithPath: plan.repository), revision: commit.id)
    return try await KernelBuilder(folders: userFolders, mirror: options.mirror).build(request) { progress.show($0) }
  }

  func request(_ kernel: KernelRecord, trials: Int, seed: UInt64, quarry: Quarry) async throws -> RunRequest {
    let boot = try await BootSet(kernel: kernel.id, image: plan.image)
    var request = try boot.request(
      scenario, emulator: emulator, goal: RunGoal(trials: trials, untilFinding: true), jobs: jobs, seed: seed,
      confidence: plan.settings.confidence, schedule: plan.schedule, start: plan.start,
      command: command(kernel, trials: trials, seed: seed).map(shellQuoted).joined(separator: " "))
    request.quarry = quarry
    request.host = facts
    return request
  }

  private func command(_ kernel: KernelRecord, trials: Int, seed: UInt64) -> [String] {
    runWords(plan, kernel: String(kernel.id.prefix(12)), trials: trials) + ["--seed", String(seed)]
  }
}

/// The words that make trials as a bisection does.
func runWords(_ plan: BisectPlan, kernel: String, trials: Int) -> [String] {
  var words = ["zlab", "run", plan.scenario, "--kernel", kernel, "--trials", String(trials)]
  for (name, value) in plan.parameters.sorted(by: { $0.key < $1.key }) { words += ["--set", "\(name)=\(value)"] }
  if plan.schedule != .mttcg { words += ["--schedule", plan.schedule.description] }
  if plan.start == .booted { words.append("--cold") }
  if plan.image != "mini" { words += ["--image", plan.image] }
  return words + plan.hostWords
}
