import Foundation
import HostTools
import Model
package import ResultStore

/// Outcome of collecting from any number of sources.
package struct CollectSummary: Codable, Sendable, Hashable {
  /// A source that could not be read.
  package struct Failure: Codable, Sendable, Hashable {
    package var source: String
    package var reason: String
  }

  /// Groups of signatures that no log had shown before.
  package var new: Set<String> = []
  /// Groups that were seen again.
  package var known: Set<String> = []
  /// Sightings that were stored now, and those that were there.
  package var sightings = 0
  package var repeated = 0
  package var sources = 0
  /// Files that have not changed since they were collected.
  package var unchanged = 0
  package var bytes = 0
  package var failures: [Failure] = []

  package init() {}

  mutating func add(_ count: FieldCount) {
    new.formUnion(count.new)
    known.formUnion(count.known)
    known.subtract(new)
    sightings += count.stored
    repeated += count.repeated
  }

  /// Adds what another source came to.
  package mutating func add(_ other: CollectSummary) {
    new.formUnion(other.new)
    known.formUnion(other.known)
    known.subtract(new)
    sightings += other.sightings
    repeated += other.repeated
    sources += other.sources
    unchanged += other.unchanged
    bytes += other.bytes
    failures += other.failures
  }
}

/// Reads sources side by side and stores what they show; a source's sightings and its position are one transaction.
package struct Collector: Sendable {
  private let store: ResultStore
  private let jobs: Int
  private let writer = BlockingThread(name: "collect-store")
  private let receiver = BlockingThread(name: "collect-udp")
  private let onProgress: @Sendable (CollectSummary, _ total: Int) -> Void

  // A transaction holds so many files or sightings, or what came in this time: a commit costs more than a file.
  private static let mostFiles = 200
  private static let mostSightings = 2000
  private static let longestWait: Duration = .seconds(1)

  /// - Parameters:
  ///   - jobs: files that are read at a time.
  ///   - onProgress: gets what has come so far, at most some times a second.
  package init(
    _ store: ResultStore, jobs: Int = ProcessInfo.processInfo.activeProcessorCount,
    onProgress: @escaping @Sendable (CollectSummary, _ total: Int) -> Void = { _, _ in }
  ) {
    (self.store, self.jobs, self.onProgress) = (store, max(1, jobs), onProgress)
  }

  /// Reads files; those that have not changed since the last time are left out.
  /// - Parameter again: reads these too.
  /// - Throws: `LabError` when the database refuses; `CancellationError`, after what was read has been stored.
  package func collect(_ files: [LogFile], again: Bool = false) async throws -> CollectSummary {
    let known = again ? [:] : try store.positions(prefix: "file:")
    var summary = CollectSummary()
    let fresh = files.filter { file in
      guard let position = known[file.source] else { return true }
      return file.paths == ["-"] || file.stamp() != position
    }
    summary.unchanged = files.count - fresh.count
    let stop = StopFlag()
    let start = summary
    return try await withTaskCancellationHandler {
      try await collect(fresh, stop, start)
    } onCancel: {
      stop.set()
    }
  }

  private func collect(
    _ files: [LogFile], _ stop: StopFlag, _ start: CollectSummary
  ) async throws -> CollectSummary {
    var summary = start
    var waiting: [SourceResult] = []
    var written = ContinuousClock.now
    let threads = (0..<jobs).map { BlockingThread(name: "collect-\($0)") }
    try await withThrowingTaskGroup(of: SourceResult.self) { group in
      var next = 0
      func begin() {
        guard next < files.count, !stop.isSet else { return }
        let (file, thread) = (files[next], threads[next % threads.count])
        next += 1
        group.addTask { await thread.run { file.scan { stop.isSet } } }
      }
      // Twice as many as there are threads: one that is read while another waits for the database.
      for _ in 0..<(2 * jobs) { begin() }
      while let result = try await group.next() {
        begin()
        summary.sources += 1
        summary.bytes += result.bytes
        if let failure = result.failure {
          if !stop.isSet { summary.failures.append(.init(source: result.name, reason: failure)) }
          continue
        }
        waiting.append(result)
        let isFull =
          waiting.count >= Self.mostFiles || waiting.reduce(0) { $0 + $1.sightings.count } >= Self.mostSightings
        if isFull || written.duration(to: .now) > Self.longestWait {
          summary.add(try await write(waiting))
          waiting = []
          written = .now
        }
        onProgress(summary, start.unchanged + files.count)
      }
    }
    summary.add(try await write(waiting))
    try Task.checkCancellation()
    return summary
  }

  private func write(_ results: [SourceResult]) async throws -> FieldCount {
    let (sightings, positions) = (results.flatMap(\.sightings), results.compactMap(\.position))
    guard !sightings.isEmpty || !positions.isEmpty else { return FieldCount() }
    return try await writer.run { [store] in try store.add(sightings, positions) }
  }

  /// Stores what a source gave.
  /// - Throws: `LabError` when the database refuses.
  package func store(_ result: SourceResult) async throws -> CollectSummary {
    var summary = CollectSummary()
    summary.sources = 1
    summary.bytes = result.bytes
    summary.add(try await write([result]))
    return summary
  }

  /// Reads the journal from where it was read last to its end.
  /// - Throws: `LabError`; `CancellationError`.
  package func collect(_ journal: JournalSource) async throws -> CollectSummary {
    var summary = CollectSummary()
    while true {
      let (result, isMore) = try await journal.read(from: try store.position(of: journal.source))
      summary.add(try await store(result))
      guard isMore else { break }
    }
    summary.sources = 1
    return summary
  }

  /// Reads machines side by side, at most 16 at a time; one that cannot be read is a failure and delays no other.
  /// - Throws: `LabError` when the database refuses; `CancellationError`.
  package func collect(_ hosts: [SSHSource]) async throws -> CollectSummary {
    try await withThrowingTaskGroup(of: SourceResult.self) { group in
      var summary = CollectSummary()
      var rest = hosts[...]
      func begin() {
        guard let host = rest.popFirst() else { return }
        group.addTask { [store] in
          do { return try await host.read(from: store.position(of: host.source)) } catch let error as LabError {
            var result = SourceResult(host.source)
            result.failure = error.problem
            return result
          }
        }
      }
      for _ in 0..<16 { begin() }
      while let result = try await group.next() {
        begin()
        if let failure = result.failure {
          summary.sources += 1
          summary.failures.append(.init(source: result.name, reason: failure))
        } else {
          summary.add(try await self.store(result))
        }
        onProgress(summary, hosts.count)
      }
      return summary
    }
  }
}

extension Collector {
  /// Waits for messages for at most a tenth of a second, and stores what became complete.
  /// - Throws: `LabError` when the database refuses.
  package func poll(_ listener: NetconsoleListener) async throws -> CollectSummary {
    let result = await receiver.run { listener.poll() }
    return result.sightings.isEmpty ? CollectSummary() : try await store(result)
  }

  /// Stores what was still open.
  /// - Throws: `LabError` when the database refuses.
  package func end(_ listener: NetconsoleListener) async throws -> CollectSummary {
    var result = SourceResult("netconsole")
    result.sightings = await receiver.run { listener.finish() }
    return try await store(result)
  }
}
