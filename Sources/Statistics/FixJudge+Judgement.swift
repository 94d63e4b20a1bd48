package import Records

extension FixJudge {
  /// Result of the trials so far, and whether to go on.
  ///
  /// - Parameter isOver: no further trial will come: the time is over, or the user stopped it.
  package func judgement(isOver: Bool = false) -> FixJudgement {
    let hunted = hunted
    let signatures = compared(hunted)
    let counts = (before.counts(hunted), after.counts(hunted))
    let hasNew = signatures.contains { $0.fate == .new && !$0.isHunted }
    let missing: PatchSide? = after.isHopeless ? .after : before.isHopeless ? .before : nil
    var (verdict, reason, isFinal) = decision(
      counts.0, counts.1, hasNew: hasNew, isOver: isOver || missing != nil)
    if verdict == .inconclusive, missing != nil { reason = .misses }
    return FixJudgement(
      verdict: verdict, reason: reason, isFinal: isFinal, pairs: pairs,
      evidence: counts.1.shown > 0 ? 0 : evidence.value,
      error: evidence.error, morePairs: verdict == .inconclusive ? morePairs(counts.0, counts.1) : nil,
      missing: reason == .misses ? missing : nil, before: counts.0, after: counts.1, signatures: signatures)
  }

  private func decision(
    _ before: SideCounts, _ after: SideCounts, hasNew: Bool, isOver: Bool
  ) -> (FixVerdict, FixReason, isFinal: Bool) {
    let hasRates = pairs >= limits.minimumPairs
    let isEnd = isOver || pairs >= limits.maximumPairs
    if after.shown > 0 { return (.notFixed, .shownAfter, hasRates || isEnd) }
    if evidence.isConvincing, hasRates, after.telling >= limits.cleanNeeded {
      return (hasNew ? .addsNew : .fixed, .convinced, true)
    }
    let isSilent = before.shown == 0 && before.telling >= limits.silenceToGiveUp
    if hasRates, hasNew, after.masked * 2 >= after.judged {
      return (.notFixed, .masked, after.telling == 0 || isEnd || isSilent)
    }
    if before.shown == 0, isEnd || isSilent { return (.inconclusive, .neverBefore, true) }
    return (.inconclusive, .tooFew, isEnd)
  }

  /// Pairs that the rates seen so far would still take to a verdict.
  private func morePairs(_ before: SideCounts, _ after: SideCounts) -> Int? {
    guard before.shown > 0, after.telling > 0, pairs > 0 else { return nil }
    let missing = Double(max(0, limits.failuresNeeded - evidence.failuresBefore))
    let rate = Double(before.shown) / Double(before.judged) * Double(after.telling) / Double(after.judged)
    let clean = limits.cleanNeeded == .max ? 0 : limits.cleanNeeded - after.telling
    let more = max((missing / rate).rounded(.up), Double(clean), Double(limits.minimumPairs - pairs))
    return more < 1e9 ? max(1, Int(more)) : nil
  }

  private func compared(_ hunted: Set<String>) -> [SignatureComparison] {
    var seen: [String: (before: Int, after: Int)] = [:]
    for signature in before.fails.flatMap(\.signatures) { seen[signature, default: (0, 0)].before += 1 }
    for signature in after.fails.flatMap(\.signatures) { seen[signature, default: (0, 0)].after += 1 }
    return seen.map { signature, seen in
      SignatureComparison(
        signature: signature, fate: seen.after == 0 ? .wentAway : seen.before == 0 ? .new : .stayed,
        isHunted: hunted.contains(signature), before: seen.before, after: seen.after,
        isBeyondChance: min(seen.before, seen.after) == 0 && max(seen.before, seen.after) >= limits.failuresNeeded)
    }
    .sorted {
      ($0.isHunted ? 1 : 0, $0.before + $0.after, $1.signature) > (
        $1.isHunted ? 1 : 0, $1.before + $1.after, $0.signature
      )
    }
  }
}

extension FixJudge.Side {
  fileprivate func counts(_ hunted: Set<String>) -> SideCounts {
    var counts = SideCounts(passes: passes, fails: fails.count, misses: misses)
    for sighting in fails {
      switch sighting.look(for: hunted) {
      case .shown: counts.shown += 1
      case .masked: counts.masked += 1
      case .clean: break
      }
    }
    return counts
  }
}
