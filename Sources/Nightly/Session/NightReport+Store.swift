import Foundation
package import Model
package import Reports
package import ResultStore
import Runs
import Statistics

/// Reads everything that a report says of a night.
///
/// - Parameters:
///   - link: where a person reads on; nil when there is none.
///   - excerpt: what the console printed of a finding; nil when the log is gone.
/// - Throws: `LabError` when the results cannot be read.
package func nightReport(
  _ night: NightRecord, store: ResultStore, link: String? = nil,
  excerpt: @escaping (Run, Trial, Finding) -> String? = { _, _, _ in nil }
) throws -> NightReport {
  let reading = try NightReading(night, store, excerpt)
  return NightReport(
    id: night.id, plan: night.plan, state: night.liveState(store), started: night.started, ended: night.ended,
    command: night.command, host: night.host, cells: reading.cells, changes: try reading.changes(),
    trouble: reading.trouble, link: link, field: try newInField(night, store))
}

/// Signatures of collected logs that came in since the plan's night before, or within a day.
private func newInField(_ night: NightRecord, _ store: ResultStore) throws -> [SignatureGroup]? {
  let before = try store.nights(limit: 30).first { $0.plan == night.plan && $0.started < night.started }
  var filter = SignatureFilter()
  (filter.inField, filter.newSince) = (true, before?.started ?? night.started - 86_400)
  let end = night.ended ?? Date()
  let groups = try store.signatureGroups(filter, limit: 50).groups.filter { ($0.added ?? end) <= end }
  return groups.isEmpty ? nil : groups
}

extension NightRecord {
  /// Actual state of the night: one that says `running` and of which no run does was cut short.
  package func liveState(_ store: ResultStore) -> RunState {
    guard state == .running else { return state }
    let isWorking = NightLock.isHeld(besides: store.path)
    return isWorking ? .running : .interrupted
  }
}

private struct NightReading {
  private let night: NightRecord
  private let store: ResultStore
  private let records: [CellRecord]
  private let news: [Regression]
  private let excerpt: (Run, Trial, Finding) -> String?
  private var runs: [String: Run] = [:]
  private(set) var cells: [NightCell] = []

  init(
    _ night: NightRecord, _ store: ResultStore, _ excerpt: @escaping (Run, Trial, Finding) -> String?
  ) throws {
    (self.night, self.store, self.excerpt) = (night, store, excerpt)
    records = try store.cells(of: night.id)
    let stored = try store.news(of: night.id)
    // While it goes on nothing is stored yet.
    news = stored.isEmpty && night.state != .finished ? try nightNews(night, store: store) : stored
    for record in records {
      let counted = try record.run.flatMap { try store.countedRun($0) }
      if let run = counted?.run { runs[run.id] = run }
      let trials = try counted.map { try store.trialLines(of: $0.run.id) } ?? []
      cells.append(cell(record, counted, trials))
    }
  }

  private func cell(_ record: CellRecord, _ counted: CountedRun?, _ trials: [TrialLine]) -> NightCell {
    let run = counted?.run
    let state: NightCellState =
      switch record.state {
      case .waiting: night.state == .running ? .running : .notReached
      case .running: night.state == .running ? .running : .interrupted
      case .finished: .finished
      case .abandoned: .abandoned
      case .cannotBuild: .cannotBuild
      case .labFailed: .labFailed
      case .notReached: .notReached
      }
    return NightCell(
      kernel: run?.kernel, kernelName: record.kernel, line: record.key.line,
      config: NightConfig(name: record.key.config, fragments: run?.kernel.build?.fragments ?? []),
      scenario: record.key.scenario + (record.key.variant.isEmpty ? "" : " (\(record.key.variant))"),
      state: state, reason: record.reason, runs: run.map { [$0.id] } ?? [],
      confidence: run?.confidence ?? 0.95, command: run?.command,
      trials: trials.map { NightTrial($0, run: run?.id ?? "") },
      pruned: counted?.isPruned == true ? counted?.counts : nil)
  }

  var trouble: [NightTrouble] {
    let builds = Dictionary(grouping: records.filter { [.cannotBuild, .labFailed].contains($0.state) }) {
      $0.reason ?? ""
    }
    let unbuilt = builds.map { reason, cells in
      NightTrouble(
        reason: "\(Set(cells.map(\.kernel)).sorted().joined(separator: ", ")): \(reason)", count: cells.count)
    }
    // Those whose trials were missed are told by their misses.
    let given = zip(records, cells).filter { $0.state == .abandoned && $1.count(.miss) == 0 }
    let abandoned = Dictionary(grouping: given.map(\.0)) { $0.reason ?? "" }.map { reason, cells in
      NightTrouble(reason: "\(count(cells.count, "cell")) given up: \(reason)", count: cells.count)
    }
    return (unbuilt + abandoned).sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
      + nightTrouble(cells.flatMap { $0.trials.filter { $0.verdict == .miss } })
  }

  /// One for each signature, scenario and line of kernels: what its gravest configuration says, over all of them.
  func changes() throws -> [NightChange] {
    let known = try store.signatures(Set(news.map(\.signature)))
    // What may be chance is in no report.
    let told = news.filter { $0.kind != .quiet }
    let groups = Dictionary(grouping: told) { [$0.signature, $0.key.scenario, $0.key.variant, $0.key.line] }
    return try groups.values.compactMap { group in
      guard let first = group.min(by: { $0.kind.rank < $1.kind.rank }) else { return nil }
      return try change(first, group.filter { $0.kind == first.kind }, known[first.signature])
    }.sorted { ($0.signature, $0.scenario, $0.line) < ($1.signature, $1.scenario, $1.line) }
  }

  private func change(_ news: Regression, _ group: [Regression], _ signature: SignatureRecord?) throws -> NightChange {
    let issue = night.known.first { $0.isAbout(news.signature, line: news.key.line) }
    let isExpired = issue?.isExpired(at: night.started) == true
    let sighting = try sighting(of: news, group)
    var change = NightChange(
      kind: kind(of: news, issue, isExpired), signature: news.signature, title: signature?.title ?? news.signature,
      scenario: news.key.scenario + (news.key.variant.isEmpty ? "" : " (\(news.key.variant))"), line: news.key.line,
      before: rate(group.compactMap(\.before)), now: rate(group.map(\.now)),
      confidence: news.confidence, pValue: news.kind == .rateChanged ? news.pValue : nil,
      firstSeen: signature?.firstSeen, lastSeen: try lastSeen(news.signature),
      known: issue.map { KnownIssue(reason: $0.reason, link: $0.link, until: $0.until.map { $0 - 1 }) },
      sighting: sighting)
    change.findingKind = signature.flatMap { FindingKind(rawValue: $0.kind) }
    change.bisect = try store.bisects(targeting: news.signature, limit: 1).first
    change.firstBad = try firstBad(news)
    change.failedBefore = try change.kind == .new && group.contains { try failedBefore($0.key) }
    return change
  }

  private func failedBefore(_ key: CellKey) throws -> Bool {
    try store.tallies(of: key, before: night.started, limit: 14).contains { $0.fails > 0 }
  }

  private func firstBad(_ news: Regression) throws -> NightFirstBad? {
    guard let first = try store.firstSighting(of: news.signature, line: news.key.line), first.night != night.id else {
      return nil
    }
    return NightFirstBad(kernelName: first.kernelName, release: first.release, run: first.run, seen: first.started)
  }

  private func kind(of news: Regression, _ issue: KnownIssueRecord?, _ isExpired: Bool) -> NightChangeKind {
    if news.kind == .gone { return .gone }
    if issue != nil { return isExpired ? .expiredKnown : .known }
    return switch news.kind {
    case .new: .new
    case .reappeared: .reappeared
    case .rateChanged: .rateChanged
    case .gone: .gone
    case .seen, .quiet: .seen
    }
  }

  private func rate(_ shares: [Share]) -> Rate? {
    let trials = shares.map(\.trials).reduce(0, +)
    guard trials > 0 else { return nil }
    return Rate(failures: shares.map(\.failures).reduce(0, +), trials: trials, confidence: 0.95)
  }

  private func lastSeen(_ signature: String) throws -> Date? {
    try store.lastSighting(of: signature, before: night.started)
  }

  /// The clearest of tonight's in the cells that it is news of; of what is gone one of before.
  private func sighting(of news: Regression, _ group: [Regression]) throws -> NightSighting? {
    var candidates = records.filter { record in group.contains { $0.key == record.key } }.compactMap(\.run)
    if news.kind == .gone {
      candidates = try store.sightings(of: news.signature, line: news.key.line, limit: 20).map(\.run)
    }
    for id in candidates {
      guard let run = try runs[id] ?? store.knownRun(id) else { continue }
      let trials = try store.trials(of: id, showing: news.signature, limit: 8)
      guard let (trial, finding) = clearest(news.signature, trials) else { continue }
      return NightSighting(run: run, trial: trial, finding: finding, excerpt: excerpt(run, trial, finding))
    }
    return nil
  }
}

/// The trial and the finding that show a signature most clearly, the first among equals.
private func clearest(_ signature: String, _ trials: [Trial]) -> (Trial, Finding)? {
  let shown = trials.flatMap { trial in trial.findings.filter { $0.signature == signature }.map { (trial, $0) } }
  return shown.min { trouble($0.1) < trouble($1.1) }
}

extension NightTrial {
  /// Reported fields of a trial; the note of a miss without one is how it ended.
  fileprivate init(_ trial: TrialLine, run: String) {
    self.init(
      run: run, number: trial.number, verdict: trial.verdict, started: trial.started, duration: trial.duration,
      note: trial.note ?? (trial.verdict == .miss ? trial.end : nil), signatures: trial.signatures)
  }
}

extension RegressionStatus {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
