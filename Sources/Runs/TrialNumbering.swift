package import Model

/// Numbers of the trials of a run's part: every `step`th from `first` on, or some that are listed.
package struct TrialNumbering: Sendable, Hashable, CustomStringConvertible {
  package let first: Int
  package let step: Int
  private var listed: [Int]?

  /// - Parameters:
  ///   - first: 1 to `step`.
  ///   - step: at least 1, which with a `first` of 1 is a whole run.
  package init(first: Int = 1, step: Int = 1) { (self.first, self.step) = (first, step) }

  /// - Parameter numbers: of trials that are made once more, in ascending order.
  package init(of numbers: [Int]) {
    self.init()
    listed = numbers
  }

  /// Reads `K/N`, K from 1 to N; nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let first = parts[0], let step = parts[1], (1...10_000).contains(step),
      (1...step).contains(first)
    else { return nil }
    self.init(first: first, step: step)
  }

  package var description: String { "\(first)/\(step)" }

  /// Number at a place, from 1; nil behind the last.
  func number(at place: Int) -> Int? {
    guard let listed else { return first + (place - 1) * step }
    return place <= listed.count ? listed[place - 1] : nil
  }

  /// Place of a number; nil for one of another part.
  func place(of number: Int) -> Int? {
    if let listed { return listed.firstIndex(of: number).map { $0 + 1 } }
    return number >= first && (number - first) % step == 0 ? (number - first) / step + 1 : nil
  }

  /// This part's share of a run's goal.
  package func share(of goal: RunGoal) -> RunGoal {
    var goal = goal
    goal.trials = goal.trials.map { $0 < first ? 0 : ($0 - first) / step + 1 }
    return goal
  }
}
