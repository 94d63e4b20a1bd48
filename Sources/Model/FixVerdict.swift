/// Side of a comparison: without the patch or with it.
package enum PatchSide: String, Codable, Sendable, CaseIterable {
  case before, after
}

/// Verdict of many pairs of trials, one before a patch and one after it, say about the patch.
///
/// The raw values are part of the `zlab.verify/2` contract.
package enum FixVerdict: String, Codable, Sendable, CaseIterable {
  /// The target signatures appear before and never after, a rate after the patch of a tenth of the one before is
  /// excluded, and nothing new appears.
  case fixed
  /// The target signatures were not seen after the patch, but a rate of a tenth of the one before is not excluded yet.
  case notSeen = "not-seen"
  /// A target signature shows after the patch, or cannot show because something new comes first.
  case notFixed = "not-fixed"
  /// The target signatures are gone, and the patched kernel shows what never showed before.
  case addsNew = "adds-new"
  /// The trials do not tell.
  case inconclusive

  /// Exit status of `zlab verify`: 0 for fixed, 1 when the patched kernel fails, 2 when more trials are needed.
  package var exitCode: Int32 {
    switch self {
    case .fixed: 0
    case .notFixed, .addsNew: 1
    case .notSeen, .inconclusive: 2
    }
  }
}

/// Reason why a comparison ends in its verdict.
///
/// The raw values are part of the `zlab.verify/2` contract.
package enum FixReason: String, Codable, Sendable, CaseIterable {
  /// It showed before so often, and never after, that chance is excluded with the error asked for.
  case convinced
  /// The patch changed the rate, beyond chance; what it left of the rate is not known well enough.
  case notExcluded = "not-excluded"
  /// A target signature shows after the patch.
  case shownAfter = "shown-after"
  /// Something new cuts the trials after the patch short, so a target had no chance to show.
  case censored
  /// It showed before, but too seldom for the pairs that were made.
  case tooFew = "too-few"
  /// It never showed before the patch, so there is nothing that a patch could take away.
  case neverBefore = "never-before"
  /// The lab kept failing on one side.
  case misses
  /// The kernel before the patch boots, and the one after it never does.
  case noBoot = "no-boot"
}

/// Fate of a signature, by the sides on which it showed.
package enum SignatureFate: String, Codable, Sendable, CaseIterable {
  /// Before the patch only.
  case wentAway = "went-away"
  /// On both sides.
  case stayed
  /// After the patch only, where every trial before it was cut short by another finding.
  case unmasked
  /// After the patch only, and a list of known issues has it.
  case known
  /// After the patch only.
  case new
}
