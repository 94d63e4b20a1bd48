import Model

/// Judges a patch from trials before and after it, fed one by one; it can be asked at any time.
///
/// Two trials make a pair when both were judged. Misses are no evidence: their places in a pair are filled anew.
package struct PatchTest: Sendable {
  package let limits: FixLimits
  let asked: Set<String>?
  /// Signatures of known issues, or their first 8 digits or more: one of them after the patch is nothing new.
  let knownIssues: Set<String>
  /// Trials of an earlier run on the kernel before the patch, which count as if they had been made now.
  let earlier: [TrialObservation]
  private(set) var before = Side()
  private(set) var after = Side()
  private(set) var pairs = 0
  /// Of what was asked for; else of every signature from the pair after its first sighting before the patch.
  private var targetedPairs: SequentialPairTest
  /// Of failing in any way.
  private var failing: SequentialPairTest
  private var known: Set<String> = []

  /// The trials of one side.
  struct Side: Sendable {
    var passes = 0
    var misses = 0
    var missesInARow = 0
    var fails: [TrialObservation] = []
    var judged: Int { passes + fails.count }
    /// By pair: judged trials whose partners were not yet.
    fileprivate var waiting: [Int: TrialObservation] = [:]

    // As a run gives up: three misses and nothing else yet, or five in a row.
    var isHopeless: Bool { missesInARow >= (judged == 0 ? 3 : 5) }

    fileprivate mutating func add(_ sighting: TrialObservation, pair: Int) {
      switch sighting.verdict {
      case .miss: misses += 1
      case .pass: passes += 1
      case .fail: fails.append(sighting)
      }
      missesInARow = sighting.verdict == .miss ? missesInARow + 1 : 0
      if sighting.verdict != .miss { waiting[pair] = sighting }
    }
  }

  /// - Parameters:
  ///   - targets: the signatures that the patch is to take away; nil for every one seen before it.
  ///   - knownIssues: signatures that are nothing new, of at least 8 digits.
  ///   - earlier: trials of an earlier run on the same kernel before the patch, made in the same way. The lot did not
  ///     place them, so whatever changed in the lab since looks like the patch's doing.
  package init(
    targeting targeted: Set<String>? = nil, limits: FixLimits = FixLimits(), knownIssues: Set<String> = [],
    earlier: [TrialObservation] = []
  ) {
    self.limits = limits
    self.knownIssues = knownIssues
    self.earlier = earlier.filter { $0.verdict != .miss }
    asked = targeted
    targetedPairs = SequentialPairTest(error: limits.error)
    failing = SequentialPairTest(error: limits.error)
  }

  /// Takes in one trial as it ends, for its place in a pair; see ``PairOrder``.
  ///
  /// Trials may end in any order. A place is filled by one trial that is no miss.
  package mutating func add(_ sighting: TrialObservation, _ place: PairPlace) {
    switch place.side {
    case .before: before.add(sighting, pair: place.pair)
    case .after: after.add(sighting, pair: place.pair)
    }
    guard let first = before.waiting[place.pair], let second = after.waiting[place.pair] else { return }
    before.waiting[place.pair] = nil
    after.waiting[place.pair] = nil
    pair(first, second)
  }

  /// Target signatures, as far as it is known.
  package var targeted: Set<String> {
    asked ?? (before.fails + reused).reduce(into: []) { $0.formUnion($1.signatures) }
  }

  /// The trials of the earlier run, unless those made now contradict them: Fisher's exact test at 1 %.
  var reused: [TrialObservation] {
    guard !earlier.isEmpty, before.judged > 0 else { return earlier }
    let old = Share(failures: earlier.count { $0.verdict == .fail }, trials: earlier.count)
    let now = Share(failures: before.fails.count, trials: before.judged)
    return fisherTest(old, now) < 0.01 ? [] : earlier
  }

  /// True if only trials after the patch are missing; some pairs go on all the same, so that a lab that changes shows.
  package var wantsOnlyAfter: Bool {
    !reused.isEmpty || (evidence.isConvincing && pairs >= limits.minimumPairs)
  }

  /// The evidence that the verdict rests on.
  ///
  /// Without a set that was asked for, a signature may count only from the pair after its first sighting: one seen
  /// before the patch would otherwise be a target, and one seen after it be new, which is no fair bet. As long as no
  /// trial fails after the patch, the two sides can be compared by failing alone, and no sighting is wasted.
  var evidence: SequentialPairTest { asked == nil && after.fails.isEmpty ? failing : targetedPairs }

  private mutating func pair(_ before: TrialObservation, _ after: TrialObservation) {
    pairs += 1
    failing.add(before: before.verdict == .fail, after: after.verdict == .fail)
    let targeted = asked ?? known
    let looks = (before.look(for: targeted), after.look(for: targeted))
    // Dropping a pair for either side's sake keeps the bet fair.
    if looks.0 != .censored, looks.1 != .censored {
      targetedPairs.add(before: looks.0 == .shown, after: looks.1 == .shown)
    }
    known.formUnion(before.signatures)
  }
}
