import DebianPackages
import Foundation
import KernelConfig
import KernelSource
import Kernels
import Model
import Nightly
import Reports
import Runs
import Schedules

/// Kernels and images for a night, made where they are not in the cache.
struct LocalKernelProvider: KernelProvider {
  let emulator: String
  let facts: [String: String]
  let hostWords: [String]
  /// Guests at a time, and the confidence of intervals, as the night's runs have them.
  let jobs: Int
  let confidence: Double
  private let kernels = KernelStore(folders: userLocations)

  private let cluster: Cluster?

  init(
    emulator: String, facts: [String: String], hostWords: [String], jobs: Int, confidence: Double, cluster: Cluster?
  ) {
    self.cluster = cluster
    (self.emulator, self.facts, self.hostWords) = (emulator, facts, hostWords)
    (self.jobs, self.confidence) = (jobs, confidence)
  }

  func identify(_ kernel: PlannedKernel) async throws -> NightKernel {
    let source = kernel.source
    switch source.origin {
    case .release(let release): return ready(try await stock(release), source)
    case .cached(let name):
      guard name.contains("/") else { return ready(try kernels.find(name), source) }
      let file = URL(fileURLWithPath: name)
      let added = try await kernels.add(name: file.lastPathComponent, image: file, modules: nil, config: nil)
      return ready(added, source)
    case .source(let text, let revision):
      return try await built(kernel, try KernelSource(text, revision: revision), revision: nil)
    case .branch(let repository, let name, let remote):
      let commit = try await commit(repository, name, remote)
      return try await built(kernel, try KernelSource(repository, revision: commit), revision: commit)
    }
  }

  func request(_ cell: PlannedCell, _ kernel: NightKernel, seed: UInt64) async throws -> RunRequest {
    let record = try await record(cell.kernel, kernel)
    let planned = cell.scenario
    var setup = try RunSetup(
      planned.scenario, settings: planned.settings, schedule: planned.schedule, start: planned.start)
    if let file = planned.scheduleFile {
      let rules = try readScheduleFile(file)
      (setup.rules, setup.schedule) = (rules, rules.base)
    }
    (setup.jobs, setup.confidence, setup.hostWords) = (jobs, confidence, hostWords)
    setup.cluster = cluster
    return try setup.request(
      on: try await setup.boot(record.id), goal: planned.goal, seed: seed, emulator: emulator, facts: facts)
  }

  private func ready(_ record: KernelRecord, _ source: PlannedSource) -> NightKernel {
    NightKernel(id: record.id, line: source.line ?? kernelLine(record.release))
  }

  // A night without network goes on with what it has.
  private func stock(_ release: String) async throws -> KernelRecord {
    do {
      let name = try debianName("debian:\(release)")
      return try await kernels.fetchDebian(
        release: name.release, version: name.version, progress: { printStatus(escapedForTerminal($0)) })
    } catch let error as LabError {
      guard let cached = try? kernels.find("debian:\(release)") else { throw error }
      // apt says what it thinks on many lines.
      printStatus("zlab: \(firstLine(error.problem)); using \(cached.release) from the cache")
      return cached
    }
  }

  private func firstLine(_ text: String) -> String {
    escapedForTerminal(text.split(separator: "\n").first.map(String.init) ?? "")
  }

  private func built(
    _ kernel: PlannedKernel, _ source: KernelSource, revision: String?
  ) async throws -> NightKernel {
    let found = try await KernelBuilder(folders: userLocations).identify(try build(kernel, source)) { _ in }
    let line = kernel.source.line ?? "\(found.version.major).\(found.version.minor)"
    return NightKernel(id: found.id, line: line, revision: revision)
  }

  private func build(_ kernel: PlannedKernel, _ source: KernelSource) throws -> BuildRequest {
    BuildRequest(
      source: source, patches: try kernel.source.patches.map(readSeries),
      fragments: try (defaultFragments + kernel.config.fragments).map(readFragment))
  }

  private func record(_ kernel: PlannedKernel, _ known: NightKernel) async throws -> KernelRecord {
    if let record = kernels.known(known.id) { return record }
    let source: KernelSource
    switch kernel.source.origin {
    case .release, .cached: throw LabError("the kernel \(known.id.prefix(12)) is no longer in the cache")
    case .source(let text, let revision): source = try KernelSource(text, revision: revision)
    case .branch(let repository, let name, _):
      source = try KernelSource(repository, revision: known.revision ?? name)
    }
    let progress = BuildProgress("\(kernel.source.name) \(kernel.config.name)")
    defer { progress.end() }
    let record = try await KernelBuilder(folders: userLocations).build(try build(kernel, source)) { progress.show($0) }
    guard record.id == known.id else {
      throw LabError(
        "\(kernel.source.name) changed since the night was started",
        advice: "Its source or the compiler changed; the next night will use the new one.")
    }
    return record
  }

  /// The commit that a branch stands at, after fetching it where that is asked for.
  private func commit(_ repository: String, _ branch: String, _ remote: String?) async throws -> String {
    let place = try GitRepository(at: URL(fileURLWithPath: repository))
    var revision = branch
    if let remote {
      revision = "refs/remotes/\(remote)/\(branch)"
      do { try await place.fetch(branch, from: remote) } catch let error as LabError {
        printStatus("zlab: \(escapedForTerminal(error.problem)); using what was fetched before")
      }
    }
    guard let commit = try await place.commitIfAny(revision) else {
      throw RequestError(
        "\(repository) has no branch '\(branch)'\(remote.map { " of \($0)" } ?? "")", advice: place.adviceOnMissing)
    }
    return commit
  }
}
