import Foundation
import Model
import Statistics
import Testing

@Suite struct RateSpreadTests {
  private func histories(_ deviation: Double, seed: UInt64) -> [[Share]] {
    var lots = SplitMix64(seed: seed)
    var nights = (0..<30).map { _ in [Share]() }
    for night in 0..<14 {
      // Two nights of each size of load, so that the spread of the sample is the one asked for.
      let factor = exp(deviation * (Double(night % 7) - 3) / 2)
      for cell in nights.indices {
        let odds = [0.1, 0.4, 1][cell % 3] * factor
        let failures = (0..<20).count { _ in Double.random(in: 0..<1, using: &lots) < odds / (1 + odds) }
        nights[cell].append(Share(failures: failures, trials: 20))
      }
    }
    return nights
  }

  @Test(arguments: 1...8) func `the spread of the odds is found`(seed: UInt64) {
    #expect(RateSpread(histories(0, seed: seed)).variance < 0.06)
    #expect((0.15...0.4).contains(RateSpread(histories(0.5, seed: seed)).variance))
    #expect((0.5...1.4).contains(RateSpread(histories(1, seed: seed)).variance))
  }

  @Test func `what cannot tell has no say`() {
    let empty = Share(failures: 0, trials: 0)
    let never = [Share](repeating: Share(failures: 0, trials: 20), count: 9)
    let always = [Share](repeating: Share(failures: 20, trials: 20), count: 9)
    let short = [Share(failures: 1, trials: 20), Share(failures: 19, trials: 20)]
    #expect(RateSpread([]).variance == 0)
    #expect(RateSpread([never, always, short, [empty, empty, empty], []]).variance == 0)
  }

  @Test func `without spread the test is Fisher's, and with it a night counts for less`() {
    let (before, night) = (Share(failures: 20, trials: 200), Share(failures: 8, trials: 20))
    #expect(RateSpread([]).test(before: before, night: night) == fisherTest(before, night))
    let wide = RateSpread(histories(1, seed: 1))
    #expect(wide.test(before: before, night: night) > 3 * fisherTest(before, night))
    #expect(wide.test(before: Share(failures: 0, trials: 0), night: Share(failures: 0, trials: 0)) == 1)
  }
}
