import BisectSearch
import Bisection
import FakeLab
import Foundation
import Guest
import KernelSource
import Model
import ResultStore
import Runs
import Statistics
import Storage
import Synchronization
import Trials

/// A history and a lab that are made up: what a guest does hangs on the commit that its kernel is of.
final class Lab: Sendable {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-bisect-\(UUID().uuidString)")
  let store: ResultStore
  let folder: BisectFolder
  let range: CommitRange
  let bench: FakeBisectEnvironment
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  /// - Parameter unbuildable: numbers of commits that do not build.
  init(commits: Int, unbuildable: Set<Int> = [], targetSelection: TargetSelection = .learned, confidence: Double = 0.95)
    async throws
  {
    let folders = Locations(environment: ["ZLAB_HOME": home.path])
    store = try ResultStore(folders)
    folder = try BisectFolder("test", in: folders)
    let all = (0...commits).map { number in
      Commit(
        id: Self.id(number), tree: Self.id(1000 + number), parents: number == 0 ? [] : [Self.id(number - 1)],
        author: "A <a@b>", date: Date(timeIntervalSince1970: 0), subject: "commit \(number)")
    }
    range = CommitRange(candidates: Array(all.dropFirst()), boundary: [all[0]])
    bench = FakeBisectEnvironment(unbuildable: Set(unbuildable.map(Self.id)))
    var settings = BisectSettings()
    settings.confidence = confidence
    let plan = BisectPlan(
      name: "test", repository: "/nowhere", good: [Self.id(0)], bad: Self.id(commits), scenario: "t",
      scenarioText: FakeBisectEnvironment.scenario, parameters: [:], targetSelection: targetSelection,
      settings: settings, seed: 3, jobs: 1,
      schedule: .mttcg, start: .booted, image: "mini", buildWords: [], hostWords: [], command: "zlab bisect start",
      started: Date(timeIntervalSince1970: 1_800_000_000))
    try await folder.create(plan, range)
  }

  deinit { try? FileManager.default.removeItem(at: home) }

  static func id(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 40 - digits.count) + digits
  }

  /// A host whose nth guest does what `behaviour` says of its commit's number.
  func host(_ behaviour: @escaping @Sendable (_ guest: Int, _ commit: Int) -> Behaviour) -> FakeHost {
    FakeHost { guest, spec in behaviour(guest, Int(spec.kernel.suffix(8), radix: 16) ?? -1) }
  }

  /// A host on which commits from `culprit` on fail in every `nth` guest.
  func host(culprit: Int, every nth: Int = 1) -> FakeHost {
    host { guest, commit in
      commit >= culprit && guest % nth == 0 ? .prints(warning(in: "fake_detach")) : .clean
    }
  }

  func execute(on host: FakeHost, onEvent: @escaping @Sendable (BisectLabEvent) -> Void = { _ in }) async throws
    -> BisectAnswer?
  {
    try await BisectExecutor(folder, bench: bench, host: host, store: store, folders: folders, onEvent: onEvent)
      .execute()
  }

  var state: BisectState { get throws { try BisectState(folder.plan(), range, folder.journal().lines) } }
}

/// Kernels that are made at once, or not at all.
final class FakeBisectEnvironment: BisectEnvironment {
  static let scenario =
    "{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}], settle: 10ms, duration: 600s}"

  private let unbuildable: Set<String>
  private let built = Mutex<[String: Int]>([:])

  init(unbuildable: Set<String>) { self.unbuildable = unbuildable }

  /// Number of times each commit was built.
  var builds: [String: Int] { built.withLock { $0 } }

  func cachedKernel(_ commit: Commit, id: String?) async -> KernelRecord? {
    built.withLock { $0[commit.id] != nil } ? record(commit) : nil
  }

  func build(_ commit: Commit) async throws -> KernelRecord {
    if unbuildable.contains(commit.id) { throw RequestError("cannot build the kernel: f.c:1: error: no") }
    built.withLock { $0[commit.id, default: 0] += 1 }
    return record(commit)
  }

  private func record(_ commit: Commit) -> KernelRecord {
    KernelRecord(id: commit.id, name: "k", release: "6.1", origin: "", created: Date())
  }

  func request(_ kernel: KernelRecord, trials: Int, seed: UInt64, targets: TargetSignatures) async throws -> RunRequest
  {
    var limits = TrialLimits()
    (limits.boot, limits.plug, limits.silence) = (.seconds(600), .seconds(600), .seconds(600))
    let image = ImageRecord(id: "i", name: "mini", kernel: "k", size: 1, created: Date())
    var request = RunRequest(
      scenario: try Scenario(parsing: Self.scenario, file: "t"), kernel: kernel, image: image, kernelPath: kernel.id,
      initramfsPath: "", emulator: "", goal: RunGoal(trials: trials, untilFinding: true), jobs: 1, seed: seed,
      start: .booted, limits: limits, command: "zlab run t")
    request.targets = targets
    return request
  }
}
