/// Counts of the trials of a run: all that is left of a run whose trials were taken out to save room.
package struct RunCounts: Codable, Sendable, Hashable {
  package var passes: Int
  package var fails: Int
  package var misses: Int
  /// Seconds that all of them took.
  package var seconds: Double

  package init(passes: Int, fails: Int, misses: Int, seconds: Double) {
    (self.passes, self.fails, self.misses, self.seconds) = (passes, fails, misses, seconds)
  }

  /// Counts trials that are all there.
  package init(_ trials: [Trial]) {
    func count(_ verdict: TrialVerdict) -> Int { trials.count { $0.verdict == verdict } }
    self.init(
      passes: count(.pass), fails: count(.fail), misses: count(.miss),
      seconds: trials.map(\.duration).filter { $0.isFinite && $0 > 0 }.reduce(0, +))
  }

  package subscript(_ verdict: TrialVerdict) -> Int {
    switch verdict {
    case .pass: passes
    case .fail: fails
    case .miss: misses
    }
  }
}
