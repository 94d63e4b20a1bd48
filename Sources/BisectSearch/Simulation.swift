package import Model

/// One search of a simulated history, from its beginning to its answer.
package struct SimulatedSearch: Codable, Hashable, Sendable {
  package let outcome: BisectOutcome
  /// The answer names the culprit, alone or among commits that cannot be told apart; or says that it is older.
  package let isRight: Bool
  /// As stated in the answer.
  package let confidence: Double
  /// Commits that the answer names.
  package let suspects: Int
  /// Trials, misses among them, those of the ends too.
  package let runs: Int
  /// Builds, those that failed among them.
  package let builds: Int
  /// Of all, in trials.
  package let cost: Double
  /// The answer says where the rate changes, or that good commits fail.
  package let isDoubted: Bool
  /// Of two culprits, the answer names the one, and the place at which the rate changes holds the other.
  package let namesBoth: Bool
}

/// Searches a simulated history with the search that real ones are searched with.
///
/// - Parameters:
///   - settings: costs in seconds are replaced by the history's, with a second for a trial.
///   - seed: decides which trials fail, and which are missed.
/// - Throws: `RequestError` for settings out of their ranges.
package func simulate(
  _ simulated: SimulatedHistory, _ settings: BisectSettings, seed: UInt64
) throws(RequestError) -> SimulatedSearch {
  var settings = settings
  settings.trialSeconds = 1
  settings.buildSeconds = simulated.recipe.buildCost
  var search = try BisectSearch(simulated.history, settings: settings)
  var lab = SimulatedLab(simulated, seed: seed)
  while true {
    switch search.next {
    case .test(let test): for event in lab.events(of: test) { try search.take(event) }
    case .finished(let answer): return lab.result(answer, search)
    }
  }
}

extension BisectWarning {
  /// True if it names an assumption that the trials contradict.
  var isDoubt: Bool {
    switch self {
    case .rateChanges, .rateChangesBetween, .strays, .tooRare: true
    case .badEndSilent, .goodEndFailed, .misses, .untestable, .companion: false
    }
  }
}

/// Many searches, added up.
package struct SimulationSummary: Codable, Hashable, Sendable {
  package let histories: Int
  package let right: Int
  /// Mean stated confidence; to be compared with the share of right ones.
  package let confidence: Double
  package let meanRuns: Double
  /// The standard error of ``meanRuns``.
  package let runsError: Double
  package let meanBuilds: Double
  /// In trials.
  package let meanCost: Double
  package let meanSuspects: Double
  /// Answers that say where the rate changes, or that good commits fail.
  package let doubted: Int
  /// Answers that name both of two culprits.
  package let namesBoth: Int
  /// Number of searches by outcome.
  package let outcomes: [String: Int]

  package init(_ searches: [SimulatedSearch]) {
    func mean(_ value: (SimulatedSearch) -> Double) -> Double {
      searches.isEmpty ? 0 : searches.reduce(0) { $0 + value($1) } / Double(searches.count)
    }
    histories = searches.count
    right = searches.count { $0.isRight }
    confidence = mean { $0.confidence }
    meanRuns = mean { Double($0.runs) }
    let center = meanRuns
    runsError = (mean { (Double($0.runs) - center) * (Double($0.runs) - center) } / Double(max(1, histories)))
      .squareRoot()
    meanBuilds = mean { Double($0.builds) }
    meanCost = mean { $0.cost }
    meanSuspects = mean { Double($0.suspects) }
    doubted = searches.count { $0.isDoubted }
    namesBoth = searches.count { $0.namesBoth }
    outcomes = Dictionary(searches.map { ($0.outcome.rawValue, 1) }, uniquingKeysWith: +)
  }

  enum CodingKeys: String, CodingKey {
    case histories, right, confidence, outcomes, doubted
    case namesBoth = "names_both"
    case meanRuns = "mean_runs"
    case runsError = "runs_error"
    case meanBuilds = "mean_builds"
    case meanCost = "mean_cost"
    case meanSuspects = "mean_suspects"
  }
}
