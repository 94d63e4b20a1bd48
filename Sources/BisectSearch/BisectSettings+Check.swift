import Model

extension BisectSettings {
  /// - Throws: `RequestError` for what is out of its range.
  func check() throws(RequestError) {
    try checkSetting("the confidence", confidence, (0.5...1 - 1e-9).contains(confidence), "0.5 to below 1")
    try checkSetting("the reserve", reserve, (0...1).contains(reserve), "0 to 1")
    try checkSetting("the smallest rate", smallestRate, (0.001...0.5).contains(smallestRate), "0.001 to 0.5")
    try checkSetting("the chance that the rate changes", rateChange, (0...0.9).contains(rateChange), "0 to 0.9")
    try checkSetting("the doubt of the good end", doubtOfGood, (0...0.9).contains(doubtOfGood), "0 to 0.9")
    try checkSetting("the chance of a stray failure", stray, (1e-12...0.1).contains(stray), "1e-12 to 0.1")
    if let strays {
      try checkSetting("the chance of strays", strays.chance, (0...0.9).contains(strays.chance), "0 to 0.9")
      guard !strays.rates.isEmpty, strays.rates.allSatisfy({ (1e-9...0.1).contains($0) }) else {
        throw RequestError("rates of strays must be 1e-9 to 0.1")
      }
    }
    if let companions {
      let chance = companions.chance
      try checkSetting("the chance of a companion", chance, (0.01...0.99).contains(chance), "0.01 to 0.99")
    }
    try changes?.check()
    if let patience { try checkSetting("the patience", patience, (0.1...1000).contains(patience), "0.1 to 1000") }
    try checkSetting("what may stay unnoticed", unnoticed, (0.001...1).contains(unnoticed), "0.001 to 1")
    try checkSetting("the curiosity", curiosity, (0...1).contains(curiosity), "0 to 1")
    try checkSetting("the haste", haste, (0...10).contains(haste), "0 to 10")
    try checkSetting("a trial's seconds", trialSeconds, trialSeconds > 0 && trialSeconds.isFinite, "above 0")
    try checkSetting("a build's seconds", buildSeconds, buildSeconds >= 0 && buildSeconds.isFinite, "0 or more")
    guard smallestBatch >= 1, smallestBatch <= largestBatch, largestBatch <= 10_000 else {
      throw RequestError("a step takes 1 to 10000 trials, not \(smallestBatch) to \(largestBatch)")
    }
    guard calibration >= 1, mostMisses >= 1, (mostTrials ?? 1) >= 1 else {
      throw RequestError("numbers of failures, misses and trials must be at least 1")
    }
    if case .plain(let runs) = policy, runs < 1 { throw RequestError("plain bisection takes at least 1 run") }
  }

}

extension RateChangeModel {
  fileprivate func check() throws(RequestError) {
    try checkSetting("how far rates may fall", below, (1...100).contains(below), "1 to 100")
    for weight in [belowWeight, statedBelowWeight] {
      try checkSetting("the weight of low rates", weight, (1e-6...1).contains(weight), "1e-6 to 1")
    }
    for kind in kinds {
      try checkSetting("the chance of a change", kind.chance, (1e-6...0.9).contains(kind.chance), "1e-6 to 0.9")
      try checkSetting("changes in a history", kind.changes, (0...1000).contains(kind.changes), "0 to 1000")
      guard kind.factors.lowerBound >= 1e-3, kind.factors.upperBound <= 1e3 else {
        throw RequestError("factors on the odds of a failure must be 0.001 to 1000, not \(kind.factors)")
      }
    }
    for sum in [kinds.reduce(0) { $0 + $1.chance }, kinds.reduce(0) { $0 + $1.statedChance }] {
      try checkSetting("the chance of any change", sum, (0...0.95).contains(sum), "0 to 0.95")
    }
  }
}

private func checkSetting(_ name: String, _ value: Double, _ isRight: Bool, _ range: String) throws(RequestError) {
  guard isRight else { throw RequestError("\(name) must be \(range), not \(value)") }
}
