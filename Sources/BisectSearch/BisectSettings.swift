/// Assumptions, priors and stopping rule of a search.
package struct BisectSettings: Codable, Hashable, Sendable {
  /// Policy that chooses commits and numbers of trials.
  package var policy: BisectPolicy = .information
  /// The chance that the answer is right, at which the search ends; 0.5 to below 1.
  package var confidence = 0.95
  /// The part of the error allowed that is held back, 0 to 1: a model is never quite the world.
  package var reserve = 0.0
  /// The smallest failure rate worth searching with: lower ones are not held possible, which is what makes a search
  /// affordable, and when clean trials of the bad end exclude it, the search ends.
  package var smallestRate = 0.025
  /// The chance that the rate changes somewhere along the history by more than the timing of a day.
  package var rateChange = 0.05
  /// The chance, before any trial, that the good end has the bug too.
  package var doubtOfGood = 0.02
  /// The chance that a trial of a good kernel shows a target signature all the same, for another reason.
  package var stray = 1e-4
  /// That it may be more often than ``stray``; nil holds that impossible.
  package var strays: StrayModel? = StrayModel()
  /// That the rate may change along the history; nil leaves it at ``rateChange``.
  package var changes: RateChangeModel? = RateChangeModel()
  /// That findings which come with the targets may be of the same bug; nil holds that impossible.
  package var companions: CompanionModel? = CompanionModel()
  /// True if a search goes on beyond the culprit, for a second bug of the same signature; nil for no.
  package var wantsSecondBug: Bool?
  /// Failures of the bad end before the search goes elsewhere, at least 1.
  package var calibration = 1
  /// The chance, at most, that a good end which has the bug stays clean in the trials with which the search begins, where
  /// a build costs more than a trial. Where it costs less, the good end is one suspect among the others.
  package var unnoticed = 0.5
  /// Weight of information about the rate relative to information about the culprit, 0 to 1.
  package var curiosity = 0.1
  /// Mean number of failures wanted in a step of a bad commit where builds cost nothing.
  package var haste = 0.1
  /// Trials of a step at least, such as the number of guests at a time.
  package var smallestBatch = 1
  /// Trials of a step at most; fewer when one fails.
  package var largestBatch = 64
  /// Misses of a commit, with nothing judged, after which it counts as untestable.
  package var mostMisses = 5
  /// Trials in all after which the search ends undecided; nil for no end.
  package var mostTrials: Int?
  /// The same, as a multiple of what a search at ``smallestRate`` takes on average; nil for no end.
  package var patience: Double? = 2
  /// Seconds of a judged trial, until some have been seen; above 0.
  package var trialSeconds = 30.0
  /// Seconds of a build, until some have been seen; 0 for builds that cost nothing.
  package var buildSeconds = 300.0

  package init() {}

  /// Infers neither strays nor drift nor companions, as searches did before November 2026.
  package mutating func assumeFixedRates() {
    companions = nil
    (strays, changes, patience, reserve, curiosity) = (nil, nil, nil, 0.25, 0.3)
  }
}

/// Prior for good commits that show the target signature (strays).
package struct StrayModel: Codable, Hashable, Sendable {
  /// The chance, before any trial, that they show it at one of ``rates`` and not at ``BisectSettings/stray``; 0 to 0.9.
  package var chance = 0.3
  /// Each is equally likely.
  package var rates = [0.002, 0.005, 0.012]

  package init() {}
}

/// Policy for the next test.
package enum BisectPolicy: Codable, Hashable, Sendable {
  /// Highest information gain about the culprit per second.
  case information
  /// The middle of what is left: bad at the first failure, good after so many clean trials. What everybody does.
  case plain(runs: Int)
}
