/// Search for a second bug of the same signature, once the culprit is found.
///
/// Where the older of two bugs is the culprit, the newer one shows only as a rate that rises on the way to the bad end.
/// So the rates at the two ends of that way are compared, and when they differ, the place at which it rises is halved.
struct SecondBug {
  /// A commit to test next; nil when the answer is as good as it gets.
  private(set) var next: Int?

  // Two rates known from so many failures each differ by a factor of 1.6 and more at two standard errors.
  private static let failures = 30

  /// - Parameter culprit: a position, of the likeliest suspect.
  init(_ search: BisectSearch, _ posterior: Posterior, culprit: Int) {
    let bad = search.history.count
    func failures(_ position: Int) -> Int { search.tallies[position]?.failures ?? 0 }
    let changed = posterior.statedChanged
    guard changed >= 0.1, culprit > 0, culprit < bad else { return }
    if changed < 0.5 {
      let ends = [culprit, bad].filter { search.tallies[$0]?.skipReason == nil && failures($0) < Self.failures }
      next = ends.min { failures($0) < failures($1) }
    } else if let place = RateChangePlace(search, culprit: culprit), place.newer - place.older > 1 {
      let middle = (place.older + place.newer) / 2
      let ancestry = search.history.ancestry
      next = (place.older + 1..<place.newer)
        .filter { position in
          ancestry.contains(culprit, in: position) && search.tallies[position]?.skipReason == nil
            && failures(position) < Self.failures
        }
        .min { abs($0 - middle) < abs($1 - middle) }
    }
  }
}
