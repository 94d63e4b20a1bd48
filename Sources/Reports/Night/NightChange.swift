package import Foundation
package import Model
package import Statistics

/// Kind of change of a signature since the nights before.
///
/// The order is that of a report: what a reader must see first comes first.
package enum NightChangeKind: String, Codable, Sendable, CaseIterable {
  /// Never seen before on any kernel.
  case new
  /// Gone for a while, and back.
  case reappeared
  /// Known, but what the list of known issues says of it is out of date.
  case expiredKnown = "expired-known"
  /// It shows more often or more seldom than it did.
  case rateChanged = "rate-changed"
  /// Its trials do not show it any more.
  case gone
  /// Seen as before; or seen, where there is nothing to compare with.
  case seen
  /// On the list of known issues.
  case known
}

/// An entry of the list of known issues.
package struct KnownIssue: Codable, Sendable, Hashable {
  package var reason: String
  package var link: String?
  /// The last day it holds for; nil when it holds for ever.
  package var until: Date?

  package init(reason: String, link: String? = nil, until: Date? = nil) {
    self.reason = reason
    self.link = link
    self.until = until
  }
}

/// The trial that shows a signature most clearly.
package struct NightSighting: Codable, Sendable, Hashable {
  package var run: String
  /// 1-based, in its run.
  package var trial: Int
  package var kernelName: String
  package var release: String
  package var finding: Finding
  /// Console excerpt, trimmed; nil when the log was not read. At most 64 KiB are shown.
  package var excerpt: String?
  /// The words of the command that shows it again, unquoted, beginning with `zlab`.
  package var command: [String]
  /// Link to the console log: an address or a path.
  package var log: String?

  package init(
    run: String, trial: Int, kernelName: String, release: String, finding: Finding, excerpt: String? = nil,
    command: [String], log: String? = nil
  ) {
    self.run = run
    self.trial = trial
    self.kernelName = kernelName
    self.release = release
    self.finding = finding
    self.excerpt = excerpt
    self.command = command
    self.log = log
  }

  enum CodingKeys: String, CodingKey {
    case run, trial, release, finding, excerpt, command, log
    case kernelName = "kernel_name"
  }
}

/// The kernel that is known to have failed first, of those on one line.
package struct NightFirstBad: Codable, Sendable, Hashable {
  package var kernelName: String
  package var release: String
  package var run: String
  package var seen: Date

  package init(kernelName: String, release: String, run: String, seen: Date) {
    (self.kernelName, self.release, self.run, self.seen) = (kernelName, release, run, seen)
  }

  enum CodingKeys: String, CodingKey {
    case release, run, seen
    case kernelName = "kernel_name"
  }
}

/// Change of one signature in a night, on one scenario and one line of kernels.
package struct NightChange: Codable, Sendable, Hashable {
  package var kind: NightChangeKind
  /// 16 hex digits.
  package var signature: String
  package var title: String
  package var scenario: String
  /// For instance `6.1`.
  package var line: String
  /// Rate before, over the nights that are compared; nil without any.
  package var before: Rate?
  /// Rate of the night; nil when no trial was judged.
  package var now: Rate?
  /// Of what is gone: that its absence is real and no chance, 0 to 1.
  package var confidence: Double?
  /// Of a changed rate: the chance of such a difference without a change, adjusted for the many comparisons.
  package var pValue: Double?
  /// Dates of the first sighting, and of the last one before this night.
  package var firstSeen: Date?
  package var lastSeen: Date?
  /// The scenario failed there before, in other ways: what is new may be another face of what is known.
  package var failedBefore = false
  /// The entry in the list of known issues; nil when there is none.
  package var known: KnownIssue?
  /// The kernel on this line that showed it first, by the clock; nil when that is tonight's.
  package var firstBad: NightFirstBad?
  /// Bisection of its culprit; nil when there was none.
  package var bisect: BisectRecord?
  /// The clearest of tonight; of what is gone the clearest of before; nil when it was not kept.
  package var sighting: NightSighting?
  /// Kind of report, where no sighting was kept that says so; no part of the JSON.
  package var findingKind: FindingKind?

  package init(
    kind: NightChangeKind, signature: String, title: String, scenario: String, line: String, before: Rate? = nil,
    now: Rate? = nil, confidence: Double? = nil, pValue: Double? = nil, firstSeen: Date? = nil, lastSeen: Date? = nil,
    known: KnownIssue? = nil, sighting: NightSighting? = nil
  ) {
    self.kind = kind
    self.signature = signature
    self.title = title
    self.scenario = scenario
    self.line = line
    self.before = before
    self.now = now
    self.confidence = confidence
    self.pValue = pValue
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.known = known
    self.sighting = sighting
  }

  enum CodingKeys: String, CodingKey {
    case kind, signature, title, scenario, line, before, now, confidence, known, bisect, sighting
    case pValue = "p_value"
    case failedBefore = "failed_before"
    case firstBad = "first_bad"
    case firstSeen = "first_seen"
    case lastSeen = "last_seen"
  }
}

extension NightReport {
  /// The changes of one kind: what broke something that was whole first, then the worst (``FindingRank``).
  package func changes(_ kind: NightChangeKind) -> [NightChange] {
    changes.filter { $0.kind == kind }.sorted {
      if $0.failedBefore != $1.failedBefore { return $1.failedBefore }
      let (one, other) = ($0.rank, $1.rank)
      return one != other ? one < other : ($0.scenario, $0.line, $0.signature) < ($1.scenario, $1.line, $1.signature)
    }
  }
}

extension NightChange {
  /// Rank among the changes of its kind.
  var rank: FindingRank {
    let finding = sighting?.finding
    return FindingRank(
      kind: finding?.kind ?? findingKind, namesFunction: finding?.function != nil, trials: now?.failures ?? 0,
      title: title)
  }
}
