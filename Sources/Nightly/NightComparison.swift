package import Model
import Statistics

/// One cell of a night with what it is compared with.
package struct CellHistory: Sendable {
  package var key: CellKey
  package var tonight: CellTally
  /// The nights before, the newest first; 14 are enough.
  package var earlier: [CellTally]
  /// The signatures that any earlier night has seen on this scenario and line of kernels, whatever the configuration.
  package var known: Set<String>

  package init(key: CellKey, tonight: CellTally, earlier: [CellTally], known: Set<String>) {
    self.key = key
    self.tonight = tonight
    self.earlier = earlier
    self.known = known
  }
}

/// Says what is new in a night, signature by signature.
///
/// Trials that another finding cut short before a signature could show count for nothing in what is said of it: a bug
/// is not gone because a worse one comes first. Only findings that are no consequence of another are looked at.
package struct NightComparison: Sendable {
  /// Confidence required before a signature is gone, or its return worth a word.
  package var absence = 0.95
  /// The chance, at most, that of all changed rates of a night one is said to be that is none.
  ///
  /// Holm's correction: signatures of one cell mask each other, and of the usual corrections it alone needs nothing of
  /// how tests depend. Rates that vary with the load of each night are allowed for by ``RateSpread``. A signature that
  /// is new, which matters most, needs no test and loses nothing by it.
  package var level = 0.05

  package init() {}

  /// Changes of each signature that shows tonight, or did before; gravest kinds first.
  package func news(_ cells: [CellHistory]) -> [Regression] {
    var news: [Regression] = []
    var compared: [Int] = []
    var chances: [Double] = []
    let pasts = cells.flatMap { cell in cell.signatures.map { SignaturePast($0, cell) } }
    let spread = RateSpread(pasts.map(\.nights))
    for past in pasts {
      guard let item = past.news(absence: absence, spread) else { continue }
      if item.kind == .seen, let before = item.before {
        compared.append(news.count)
        chances.append(spread.test(before: before, night: item.now))
      }
      news.append(item)
    }
    for (index, chance) in zip(compared, holmAdjusted(chances)) {
      news[index].pValue = chance
      if chance <= level { news[index].kind = .rateChanged }
    }
    return news.sorted { one, other in
      one.kind == other.kind ? isBefore(one, other) : one.kind.rank < other.kind.rank
    }
  }
}

private func isBefore(_ one: Regression, _ other: Regression) -> Bool {
  (one.key.scenario, one.key.line, one.key.config, one.key.variant, one.signature) < (
    other.key.scenario, other.key.line, other.key.config, other.key.variant, other.signature
  )
}

extension RegressionStatus {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// History of one signature in one cell.
private struct SignaturePast {
  let signature: String
  let cell: CellHistory
  let now: Share
  /// Each of the nights before, the newest first.
  let nights: [Share]
  /// Trials without it since it showed last.
  var clean = 0
  /// From its first night to its last, of those that are looked at.
  var old: Share?

  init(_ signature: String, _ cell: CellHistory) {
    (self.signature, self.cell) = (signature, cell)
    now = cell.tonight.share(signature)
    nights = cell.earlier.map { $0.share(signature) }
    // Nights without it count only once an older one shows it.
    var quiet = Share(failures: 0, trials: 0)
    for share in nights {
      if share.failures > 0 {
        old = (old.map { $0 + quiet } ?? Share(failures: 0, trials: 0)) + share
        quiet = Share(failures: 0, trials: 0)
      } else if old == nil {
        clean += share.trials
      } else {
        quiet = quiet + share
      }
    }
  }

  func news(absence: Double, _ spread: RateSpread) -> Regression? {
    guard now.failures > 0 else { return missing(absence) }
    let sure = old.map { absenceConfidence(before: $0, clean: clean) }
    let isKnown = old != nil || cell.known.contains(signature)
    let kind: RegressionStatus = !isKnown ? .new : sure.map { $0 >= absence } == true ? .reappeared : .seen
    let before = kind == .seen ? regime(spread) : old
    return Regression(
      kind: kind, signature: signature, key: cell.key, before: before, now: now,
      confidence: kind == .reappeared ? sure : nil)
  }

  private func missing(_ absence: Double) -> Regression? {
    // Told on an earlier morning.
    guard let old, absenceConfidence(before: old, clean: clean) < absence else { return nil }
    let sure = absenceConfidence(before: old, clean: clean + now.trials)
    return Regression(
      kind: sure >= absence ? .gone : .quiet, signature: signature, key: cell.key, before: old, now: now,
      confidence: sure)
  }

  /// The latest nights whose rates agree: what changed before them was news on another morning.
  private func regime(_ spread: RateSpread) -> Share? {
    var sum = Share(failures: 0, trials: 0)
    for share in nights where share.trials > 0 {
      if sum.trials > 0, spread.test(before: sum, night: share) < 0.01 { break }
      sum = sum + share
    }
    return sum.trials > 0 ? sum : nil
  }
}

extension CellHistory {
  /// Those that show tonight, or did before.
  fileprivate var signatures: [String] {
    Set((earlier + [tonight]).flatMap { tally in tally.signatures.keys.filter { tally.shown($0) > 0 } }).sorted()
  }
}

extension CellTally {
  fileprivate func share(_ signature: String) -> Share {
    Share(failures: shown(signature), trials: telling(signature))
  }
}

private func + (one: Share, other: Share) -> Share {
  Share(failures: one.failures + other.failures, trials: one.trials + other.trials)
}
