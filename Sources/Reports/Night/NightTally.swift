package import Model

/// Totals of the cells of a night.
package struct NightTally: Codable, Sendable, Hashable {
  /// Failing when any cell is, clean when every cell was finished without a failure, otherwise inconclusive.
  package let verdict: RunVerdict
  package let cells: Int
  /// Cells that came to their end, in which no trial failed and at least one passed.
  package let clean: Int
  /// Cells in which a trial failed.
  package let failing: Int
  package let cannotBuild: Int
  /// Cells in which nothing was judged, or less than was planned, for whatever other reason.
  package let unknown: Int
  package let passes: Int
  package let fails: Int
  package let misses: Int

  enum CodingKeys: String, CodingKey {
    case verdict, cells, clean, failing, unknown, passes, fails, misses
    case cannotBuild = "cannot_build"
  }
}

extension NightCell {
  /// A failing cell is one with a fail; a clean one has passes only and came to its end.
  package var verdict: RunVerdict {
    if count(.fail) > 0 { return .failing }
    return state == .finished && count(.pass) > 0 ? .clean : .inconclusive
  }
}

extension NightReport {
  /// Totals of the cells.
  package var tally: NightTally {
    func sum(_ verdict: TrialVerdict) -> Int { cells.reduce(0) { $0 + $1.count(verdict) } }
    let failing = cells.count { $0.verdict == .failing }
    let broken = cells.count { $0.state == .cannotBuild }
    let clean = cells.count { $0.verdict == .clean }
    let isClean = !cells.isEmpty && clean == cells.count
    return NightTally(
      verdict: failing > 0 ? .failing : isClean ? .clean : .inconclusive, cells: cells.count, clean: clean,
      failing: failing, cannotBuild: broken, unknown: cells.count - clean - failing - broken, passes: sum(.pass),
      fails: sum(.fail), misses: sum(.miss))
  }
}
