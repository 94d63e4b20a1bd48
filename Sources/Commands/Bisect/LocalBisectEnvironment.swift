import BisectSearch
import Bisection
import Foundation
import KernelConfig
import KernelSource
import Kernels
import Model
import Reports
import Runs
import Statistics

/// The lab as a bisection uses it: kernels of a git repository's commits, and trials of one scenario.
struct LocalBisectEnvironment: BisectEnvironment {
  private let plan: BisectPlan
  private let options: BuildOptions
  private let setup: RunSetup
  private let emulator: String
  private let facts: [String: String]
  private let kernels = KernelStore(folders: userLocations)
  /// Kernels that were in the cache at the start, by the tree that they were built from.
  private let known: [String: KernelRecord]

  /// - Parameter facts: of the host.
  init(
    _ plan: BisectPlan, _ options: BuildOptions, emulator: String, facts: [String: String], cluster: Cluster? = nil
  ) throws {
    (self.plan, self.options, self.emulator) = (plan, options, emulator)
    self.facts = facts
    var setup = try RunSetup(plan)
    setup.cluster = cluster
    self.setup = setup
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

  func cachedKernel(_ commit: Commit, id: String?) async -> KernelRecord? {
    id.map { kernels.known($0) } ?? known[commit.tree]
  }

  func build(_ commit: Commit) async throws -> KernelRecord {
    let progress = BuildProgress(commit.shortID)
    defer { progress.end() }
    var request = try options.request(plan.repository, patches: [])
    request.source = .git(repository: URL(fileURLWithPath: plan.repository), revision: commit.id)
    return try await KernelBuilder(folders: userLocations, mirror: options.mirror).build(request) { progress.show($0) }
  }

  func request(_ kernel: KernelRecord, trials: Int, seed: UInt64, targets: TargetSignatures) async throws -> RunRequest
  {
    let again = ReproCommand.run(
      setup, kernel: String(kernel.id.prefix(12)), goal: RunGoal(trials: trials), seed: seed)
    var request = try setup.request(
      on: try await setup.boot(kernel.id), goal: RunGoal(trials: trials, untilFinding: true), seed: seed,
      emulator: emulator, facts: facts, command: again.text)
    request.targets = targets
    return request
  }
}
