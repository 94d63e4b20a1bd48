import Foundation
import Model
import Statistics
import Testing

@Suite struct ParameterSearchTests {
  /// Searches a kernel that fails at `rate` of a value, with trials by lot.
  private func search(
    _ range: ClosedRange<Int>, points: Int = 8, batch: Int = 5, most: Int = 120, seed: UInt64, rate: (Int) -> Double
  ) -> ParameterSearch {
    var search = ParameterSearch(range, points: points, batch: batch, most: most)
    var lots = SplitMix64(seed: seed)
    while true {
      let values = search.next
      guard !values.isEmpty else { return search }
      for value in values {
        let failures = (0..<batch).count { _ in Double.random(in: 0..<1, using: &lots) < rate(value) }
        search.add(ParameterPoint(value: value, failures: failures, trials: batch))
      }
    }
  }

  /// A hump around `centre`, `width` octaves wide to each side.
  private func hump(_ centre: Double, width: Double, height: Double) -> (Int) -> Double {
    { height * exp(-pow(log2((Double($0) + 1) / (centre + 1)) / width, 2)) }
  }

  @Test(arguments: [40.0, 333, 2500, 9000]) func `a hump is found in most labs, wherever it is`(centre: Double) {
    let rate = hump(centre, width: 0.8, height: 0.6)
    let found = (0..<60).count { seed in
      search(0...10_000, seed: UInt64(seed), rate: rate).best.map { rate($0.value) >= 0.4 } ?? false
    }
    #expect(found >= 50)
  }

  @Test func `a narrow hump is found more often than by the coarse round alone`() {
    // Between two values of the coarse round, 244 and 815.
    let rate = hump(450, width: 0.5, height: 0.9)
    func found(most: Int) -> Int {
      (0..<60).count { seed in
        search(1...100_000, points: 10, most: most, seed: UInt64(seed), rate: rate).best.map { rate($0.value) > 0.6 }
          ?? false
      }
    }
    #expect(found(most: 150) > found(most: 50) + 40)
  }

  @Test func `no trial is made beyond what was allowed, but for the first round`() {
    for seed in 0..<50 as Range<UInt64> {
      #expect(search(0...1000, batch: 5, most: 67, seed: seed) { _ in 0.3 }.trials <= 67)
      #expect(search(0...1000, points: 4, batch: 5, most: 1, seed: seed) { _ in 0.3 }.trials == 20)
    }
  }

  @Test func `where nothing fails the gaps are filled, and nothing is best`() {
    let search = search(0...1000, points: 4, batch: 5, most: 60, seed: 1) { _ in 0 }
    #expect(search.best == nil)
    #expect(Set(search.points.map(\.value)).count >= 8)
    #expect(search.trials == 60)
  }

  @Test func `a lab that misses every trial is not asked for ever`() {
    var search = ParameterSearch(0...1000, points: 4, batch: 5, most: 40)
    var asked = 0
    while !search.next.isEmpty, asked < 100 {
      for value in search.next {
        search.add(ParameterPoint(value: value, failures: 0, trials: 0))
        asked += 1
      }
    }
    #expect(asked == 8)
    #expect(search.best == nil && search.trials == 0)
  }

  @Test func `where every trial fails the search is soon over`() {
    let search = search(0...1000, points: 4, batch: 5, most: 1000, seed: 1) { _ in 1 }
    #expect(search.trials <= 60)
    #expect(search.best?.failures == search.best?.trials)
  }

  @Test func `one lucky trial is not better than a rate that lasts`() {
    var search = ParameterSearch(0...100, points: 3, batch: 1, most: 100)
    search.add(ParameterPoint(value: 0, failures: 1, trials: 1))
    search.add(ParameterPoint(value: 50, failures: 18, trials: 20))
    #expect(search.best?.value == 50)
  }

  @Test func `points of one value are one point, and all are in order`() {
    var search = ParameterSearch(5...6, points: 9, batch: 2, most: 100)
    #expect(search.next == [5, 6])
    for value in [6, 5, 6] { search.add(ParameterPoint(value: value, failures: 1, trials: 2)) }
    #expect(
      search.points == [
        ParameterPoint(value: 5, failures: 1, trials: 2), ParameterPoint(value: 6, failures: 2, trials: 4),
      ])
    #expect(search.next == [5] || search.next == [6])
  }

  @Test func `a wide range is spread by ratio, a narrow one evenly`() {
    #expect(ParameterSearch(1...1000, points: 4, batch: 1, most: 9).next == [1, 15, 125, 1000])
    #expect(ParameterSearch(100...400, points: 4, batch: 1, most: 9).next == [100, 200, 300, 400])
    #expect(ParameterSearch(0...3, points: 4, batch: 1, most: 9).next == [0, 1, 2, 3])
  }
}
