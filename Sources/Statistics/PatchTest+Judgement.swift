import Foundation
package import Model

extension PatchTest {
  /// Result of the trials so far, and whether to go on.
  ///
  /// - Parameter isOver: no further trial will come: the time is over, or the user stopped it.
  package func judgement(isOver: Bool = false) -> PatchTestResult {
    let targeted = targeted
    let signatures = compared(targeted)
    let counts = (before.counts(targeted), after.counts(targeted))
    let hasNew = signatures.contains { $0.fate == .new && !$0.isTargeted }
    let remaining = remaining(targeted, counts.0)
    let needed = remaining.trialsNeeded(factor: limits.factor)
    let isExcluded = needed.map { $0 <= counts.1.telling } ?? false
    let convinced = evidence.isConvincing || isConvincedByEarlier(remaining, counts.1)
    let missing: PatchSide? = after.isHopeless ? .after : before.isHopeless ? .before : nil
    var (verdict, reason, isFinal) = decision(
      counts.0, counts.1, hasNew: hasNew, isConvinced: convinced, isExcluded: isExcluded,
      isOver: isOver || missing != nil)
    if verdict == .inconclusive || verdict == .notSeen, missing != nil { reason = .misses }
    return PatchTestResult(
      verdict: verdict, reason: reason, isFinal: isFinal, pairs: pairs,
      evidence: counts.1.shown > 0 ? 0 : max(evidence.value, valueOfEarlier(remaining, counts.1)),
      error: evidence.error, morePairs: verdict == .inconclusive ? morePairs(counts.0, counts.1) : nil,
      moreTrialsAfter: verdict == .notSeen ? needed.map { max(1, $0 - counts.1.telling) } : nil,
      excludedShare: counts.1.shown > 0 ? nil : remaining.shareExcluded(byCleanTrials: counts.1.telling),
      missing: reason == .misses ? missing : nil, before: counts.0, after: counts.1, signatures: signatures)
  }

  private func decision(
    _ before: SideCounts, _ after: SideCounts, hasNew: Bool, isConvinced: Bool, isExcluded: Bool, isOver: Bool
  ) -> (FixVerdict, FixReason, isFinal: Bool) {
    let hasRates = pairs >= limits.minimumPairs || (!reused.isEmpty && after.judged >= limits.minimumPairs)
    // Trials after the patch without a partner count as half a pair each.
    let isEnd = isOver || max(pairs, (before.judged + after.judged) / 2) >= limits.maximumPairs
    if after.shown > 0 { return (.notFixed, .shownAfter, hasRates || isEnd) }
    if isConvinced, hasRates {
      // That the patched kernel fails in a new way needs no more trials.
      if hasNew { return (.addsNew, .convinced, true) }
      return isExcluded ? (.fixed, .convinced, true) : (.notSeen, .notExcluded, isEnd)
    }
    let isSilent = before.shown == 0 && reused.isEmpty && before.telling >= limits.silenceToGiveUp
    if hasRates, hasNew, after.censored * 2 >= after.judged {
      return (.notFixed, .censored, after.telling == 0 || isEnd || isSilent)
    }
    if before.shown == 0, reused.isEmpty, isEnd || isSilent { return (.inconclusive, .neverBefore, true) }
    // A bug that was hidden before, and now hides a target, is no fault of the patch.
    let isHidden = after.censored > 0 && after.censored * 2 >= after.judged
    // Where none of twenty trials could show it, waiting for one that can is no plan.
    let isHopeless = hasRates && isHidden && after.telling == 0 && after.judged >= 20
    return (.inconclusive, isHidden ? .censored : .tooFew, isEnd || isHopeless)
  }

  /// Pairs that the rates seen so far would still take to a verdict.
  private func morePairs(_ before: SideCounts, _ after: SideCounts) -> Int? {
    guard before.shown > 0, after.telling > 0, pairs > 0 else { return nil }
    let missing = Double(max(0, limits.failuresNeeded - evidence.failuresBefore))
    let rate = Double(before.shown) / Double(before.judged) * Double(after.telling) / Double(after.judged)
    let more = max((missing / rate).rounded(.up), Double(limits.minimumPairs - pairs))
    return more < 1e9 ? max(1, Int(more)) : nil
  }

  /// Rate that clean trials after the patch exclude, given the trials before it and those of an earlier run.
  private func remaining(_ targeted: Set<String>, _ before: SideCounts) -> RemainingRate {
    var share = Share(failures: before.shown, trials: before.telling)
    for look in reused.map({ $0.look(for: targeted) }) where look != .censored {
      share.trials += 1
      if look == .shown { share.failures += 1 }
    }
    return RemainingRate(before: share, confidence: limits.confidence)
  }

  /// By how much an unchanged rate is excluded where trials of an earlier run are counted; 1 where none are.
  private func valueOfEarlier(_ remaining: RemainingRate, _ after: SideCounts) -> Double {
    guard !reused.isEmpty, remaining.trials > 0 else { return 1 }
    let growth = log1p(Double(after.telling) / Double(remaining.trials))
    return exp(min(600, Double(remaining.failures) * growth))
  }

  private func isConvincedByEarlier(_ remaining: RemainingRate, _ after: SideCounts) -> Bool {
    after.shown == 0 && valueOfEarlier(remaining, after) * evidence.error >= 1
  }

  private func fate(of signature: String, _ seen: (before: Int, after: Int)) -> SignatureFate {
    if seen.after == 0 { return .wentAway }
    if seen.before > 0 { return .stayed }
    if knownIssues.contains(where: { signature.hasPrefix($0) }) { return .known }
    // It had no chance to show where something else ended each trial before the patch.
    let others = before.fails + reused.filter { $0.verdict == .fail }
    let isMasked = before.passes == 0 && !reused.contains { $0.verdict == .pass } && !others.contains { $0.ranToEnd }
    return isMasked && !others.isEmpty ? .unmasked : .new
  }

  private func compared(_ targeted: Set<String>) -> [SignatureComparison] {
    var seen: [String: (before: Int, after: Int)] = [:]
    for signature in (before.fails + reused).flatMap(\.signatures) { seen[signature, default: (0, 0)].before += 1 }
    for signature in after.fails.flatMap(\.signatures) { seen[signature, default: (0, 0)].after += 1 }
    return seen.map { signature, seen in
      SignatureComparison(
        signature: signature, fate: fate(of: signature, seen), isTargeted: targeted.contains(signature),
        before: seen.before,
        after: seen.after,
        isBeyondChance: min(seen.before, seen.after) == 0 && max(seen.before, seen.after) >= limits.failuresNeeded)
    }
    .sorted {
      ($0.isTargeted ? 1 : 0, $0.before + $0.after, $1.signature) > (
        $1.isTargeted ? 1 : 0, $1.before + $1.after, $0.signature
      )
    }
  }
}

extension PatchTest.Side {
  fileprivate func counts(_ targeted: Set<String>) -> SideCounts {
    var counts = SideCounts(passes: passes, fails: fails.count, misses: misses)
    for sighting in fails {
      switch sighting.look(for: targeted) {
      case .shown: counts.shown += 1
      case .censored: counts.censored += 1
      case .clean: break
      }
    }
    return counts
  }
}
