import Model

extension BisectSettings {
  /// - Throws: `RequestError` for what is out of its range.
  func check() throws(RequestError) {
    try check("the confidence", confidence, (0.5...1 - 1e-9).contains(confidence), "0.5 to below 1")
    try check("the reserve", reserve, (0...1).contains(reserve), "0 to 1")
    try check("the smallest rate", smallestRate, (0.001...0.5).contains(smallestRate), "0.001 to 0.5")
    try check("the chance that the rate changes", rateChange, (0...0.9).contains(rateChange), "0 to 0.9")
    try check("the doubt of the good end", doubtOfGood, (0...0.9).contains(doubtOfGood), "0 to 0.9")
    try check("the chance of a stray failure", stray, (1e-12...0.1).contains(stray), "1e-12 to 0.1")
    if let strays {
      try check("the chance of strays", strays.chance, (0...0.9).contains(strays.chance), "0 to 0.9")
      guard !strays.rates.isEmpty, strays.rates.allSatisfy({ (1e-9...0.1).contains($0) }) else {
        throw RequestError("rates of strays must be 1e-9 to 0.1")
      }
    }
    if let drift {
      try check("the chance of a drift", drift.chance, (0...0.9).contains(drift.chance), "0 to 0.9")
      try check("how far rates may fall", drift.below, (1...100).contains(drift.below), "1 to 100")
      try check("the weight of low rates", drift.belowWeight, (0...1).contains(drift.belowWeight), "0 to 1")
      guard !drift.changes.isEmpty, drift.changes.allSatisfy({ (0...1000).contains($0) }) else {
        throw RequestError("a rate changes 0 to 1000 times in a history")
      }
    }
    if let strainedReserve {
      try check("the strained reserve", strainedReserve, (0...1).contains(strainedReserve), "0 to 1")
    }
    try check("what may stay unnoticed", unnoticed, (0.001...1).contains(unnoticed), "0.001 to 1")
    try check("the curiosity", curiosity, (0...1).contains(curiosity), "0 to 1")
    try check("the haste", haste, (0...10).contains(haste), "0 to 10")
    try check("a trial's seconds", trialSeconds, trialSeconds > 0 && trialSeconds.isFinite, "above 0")
    try check("a build's seconds", buildSeconds, buildSeconds >= 0 && buildSeconds.isFinite, "0 or more")
    guard smallestBatch >= 1, smallestBatch <= largestBatch, largestBatch <= 10_000 else {
      throw RequestError("a step takes 1 to 10000 trials, not \(smallestBatch) to \(largestBatch)")
    }
    guard calibration >= 1, mostMisses >= 1, (mostTrials ?? 1) >= 1 else {
      throw RequestError("numbers of failures, misses and trials must be at least 1")
    }
    if case .plain(let runs) = policy, runs < 1 { throw RequestError("plain bisection takes at least 1 run") }
  }

  private func check(_ name: String, _ value: Double, _ isRight: Bool, _ range: String) throws(RequestError) {
    guard isRight else { throw RequestError("\(name) must be \(range), not \(value)") }
  }
}
