import Foundation

/// Results of the trials with one value of a knob.
package struct ParameterPoint: Codable, Sendable, Hashable {
  package let value: Int
  package var failures: Int
  /// Trials that were judged: fails and passes, no misses.
  package var trials: Int

  package init(value: Int, failures: Int, trials: Int) {
    (self.value, self.failures, self.trials) = (value, failures, trials)
  }
}

/// Searches the value of a knob at which trials fail most often: coarse first, then between the best neighbours.
///
/// Trials are noisy and few, so a point is judged together with its neighbours when the search decides where to look
/// closer, and the best one gets further trials: the first rate of a winner flatters it.
package struct ParameterSearch: Sendable {
  /// Every point that was tried, by value.
  package private(set) var points: [ParameterPoint] = []
  private let range: ClosedRange<Int>
  private let coarse: Int
  private let most: Int
  private let batch: Int
  private let isLogarithmic: Bool
  // Trials that were asked for: a lab that misses them all must not be asked for ever.
  private var spent = 0

  /// - Parameters:
  ///   - range: of values, from 0 up; searched by ratio where its end is at least 20 times its beginning.
  ///   - points: of the first round, at least 2.
  ///   - batch: trials at a point before it is judged, at least 1.
  ///   - most: trials in all that no round begins beyond.
  package init(_ range: ClosedRange<Int>, points: Int, batch: Int, most: Int) {
    self.range = range
    coarse = max(2, points)
    self.batch = max(1, batch)
    self.most = most
    isLogarithmic = Double(range.upperBound) >= 20 * Double(max(1, range.lowerBound))
  }

  /// The trials that were judged so far.
  package var trials: Int { points.reduce(0) { $0 + $1.trials } }

  /// The values to try next, each in a batch of trials; empty when the search is over.
  package var next: [Int] {
    if points.isEmpty { return spread }
    let left = (most - spent) / batch
    guard left > 0 else { return [] }
    return Array((points.contains { $0.failures > 0 } ? closer : wider).prefix(left))
  }

  /// Takes in the trials at one value.
  ///
  /// - Parameter point: with fewer trials than a batch where the lab missed them.
  package mutating func add(_ point: ParameterPoint) {
    spent += max(batch, point.trials)
    if let index = points.firstIndex(where: { $0.value >= point.value }) {
      guard points[index].value == point.value else { return points.insert(point, at: index) }
      points[index].failures += point.failures
      points[index].trials += point.trials
    } else {
      points.append(point)
    }
  }

  /// The point that surely fails most often: the one whose interval begins highest. nil when none failed.
  package var best: ParameterPoint? {
    points.filter { $0.failures > 0 }.map { ($0, certain($0)) }.max { $0.1 < $1.1 }?.0
  }

  private func certain(_ point: ParameterPoint) -> Double {
    Rate(failures: point.failures, trials: point.trials, confidence: 0.8).low
  }

  private var spread: [Int] {
    let (low, high) = (place(range.lowerBound), place(range.upperBound))
    let values = (0..<coarse).map { value(low + (high - low) * Double($0) / Double(coarse - 1)) }
    return Array(Set(values)).sorted()
  }

  /// Around the best neighbourhood: its middle again, and what lies halfway to each neighbour.
  private var closer: [Int] {
    guard let index = points.indices.max(by: { smoothed($0) < smoothed($1) }) else { return [] }
    let neighbours = [index - 1, index + 1].filter(points.indices.contains)
    let fresh = neighbours.compactMap { between(points[index].value, points[$0].value) }
    // Nothing is left to look at, and enough is known of what is best.
    if fresh.isEmpty && points[index].trials >= 4 * batch { return [] }
    return [points[index].value] + fresh
  }

  /// Candidates while nothing failed yet: the middles of the widest gaps.
  private var wider: [Int] {
    let gaps = zip(points, points.dropFirst()).sorted {
      place($0.1.value) - place($0.0.value) > place($1.1.value) - place($1.0.value)
    }
    let fresh = gaps.prefix(coarse).compactMap { between($0.0.value, $0.1.value) }
    return fresh.isEmpty ? points.map(\.value) : fresh
  }

  // The rate here, with half the weight of what lies beside it.
  private func smoothed(_ index: Int) -> Double {
    var (failures, trials) = (0.0, 0.0)
    for (neighbour, weight) in [(index - 1, 0.5), (index, 1), (index + 1, 0.5)] where points.indices.contains(neighbour)
    {
      failures += weight * Double(points[neighbour].failures)
      trials += weight * Double(points[neighbour].trials)
    }
    return trials == 0 ? 0 : failures / trials
  }

  // nil when they are too close for a difference to matter.
  private func between(_ one: Int, _ other: Int) -> Int? {
    let middle = value((place(one) + place(other)) / 2)
    let step = Swift.max(1, Swift.min(one, other) / 50)
    return abs(middle - one) >= step && abs(middle - other) >= step ? middle : nil
  }

  private func place(_ value: Int) -> Double { isLogarithmic ? log(Double(value) + 1) : Double(value) }

  private func value(_ place: Double) -> Int {
    let value = isLogarithmic ? exp(place) - 1 : place
    return Swift.min(Swift.max(Int(value.rounded()), range.lowerBound), range.upperBound)
  }
}
