package import Model

/// Variation of failure rates from night to night beyond that of chance, as the load of a host causes it.
///
/// The odds of a failure are taken to be multiplied by a factor that a night draws, of the same spread for every rate. So
/// a night's trials are no independent ones: they count as fewer (the design effect of a cluster sample; Kish, Survey
/// Sampling, 1965, section 5.4).
package struct RateSpread: Sendable, Hashable {
  /// Variance of the log odds between nights, 0 or more.
  package let variance: Double

  /// Estimates the variance from rates whose nights are each one share, by the method of moments.
  ///
  /// Each history has a say as large as it is precise. One of fewer than three nights with trials, or that never failed
  /// or always, has none.
  package init(_ histories: [[Share]]) {
    var (excess, weight) = (0.0, 0.0)
    for history in histories {
      let nights = history.filter { $0.trials > 0 }.map { (Double($0.failures), Double($0.trials)) }
      let (failed, all) = nights.reduce((0.0, 0.0)) { ($0.0 + $1.0, $0.1 + $1.1) }
      guard nights.count >= 3, failed > 0, failed < all else { continue }
      let rate = failed / all
      let one = rate * (1 - rate)
      var (seen, slope, noise) = (0.0, 0.0, 0.0)
      for (failures, trials) in nights {
        seen += (failures - trials * rate) * (failures - trials * rate)
        seen -= trials * one * (1 - trials / all)
        slope += trials * (trials - 1) * one * one
        noise += 2 * trials * one * trials * one
      }
      slope *= 1 - 1 / Double(nights.count)
      excess += seen * slope / noise
      weight += slope * slope / noise
    }
    variance = weight > 0 ? max(0, excess / weight) : 0
  }

  /// The chance that a night and those before it differ at least as much as these do although no rate has changed
  /// beyond this variation, 0 to 1.
  package func test(before: Share, night: Share) -> Double {
    let trials = before.trials + night.trials
    guard trials > 0 else { return 1 }
    let rate = Double(before.failures + night.failures) / Double(trials)
    let effect = 1 + Double(max(0, night.trials - 1)) * variance * rate * (1 - rate)
    func worth(_ share: Share) -> Share {
      Share(
        failures: Int((Double(share.failures) / effect).rounded()),
        trials: max(1, Int((Double(share.trials) / effect).rounded())))
    }
    return fisherTest(worth(before), worth(night))
  }
}
