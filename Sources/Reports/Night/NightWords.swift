package import Foundation
import Model
package import Statistics

// The words that the formats share.

extension NightChangeKind {
  /// As a heading of the changes of this kind.
  package var heading: String {
    switch self {
    case .new: "New"
    case .reappeared: "Reappeared"
    case .expiredKnown: "Known issue, entry expired"
    case .rateChanged: "Rate changed"
    case .gone: "Gone"
    case .seen: "Seen before"
    case .known: "Known issues"
    }
  }

  /// As the first word of a line that names one.
  package var mark: String {
    switch self {
    case .new: "NEW"
    case .reappeared: "BACK"
    case .expiredKnown: "EXPIRED"
    case .rateChanged: "RATE"
    case .gone: "GONE"
    case .seen: "SEEN"
    case .known: "KNOWN"
    }
  }

  /// The class of its tag in a page: `bad`, `doubt`, `good` or nothing.
  package var look: String {
    switch self {
    case .new, .reappeared: "bad"
    case .expiredKnown, .rateChanged: "doubt"
    case .gone: "good"
    case .seen, .known: ""
    }
  }
}

/// A rate as a clause.
package func rateWords(_ rate: Rate) -> String {
  let confidence = percent(rate.confidence)
  guard let value = rate.value else { return "no valid trial" }
  guard rate.failures > 0 else {
    return "none of \(count(rate.trials, "trial")), "
      + "failure rates of \(percent(rateExcluded(byCleanTrials: rate.trials, confidence: rate.confidence))) or more "
      + "are excluded at \(confidence) confidence"
  }
  return "\(rate.failures) of \(count(rate.trials, "trial")), \(percent(value)), \(confidence) interval "
    + "\(percent(rate.low)) to \(percent(rate.high))"
}

extension NightChange {
  /// Place of the change, for instance `vfio-detach-race on 6.1 (6.1.192)`.
  package var place: String {
    let release = sighting.map(\.release).flatMap { $0.isEmpty || kind == .gone ? nil : " (\($0))" } ?? ""
    return "\(scenario) on \(line)\(release)"
  }

  /// Facts beside its title, a clause each.
  package var facts: [String] {
    var facts: [String] = []
    if failedBefore { facts.append("this scenario failed there before with other signatures") }
    if let now { facts.append((kind == .seen || kind == .known ? "" : "now ") + rateWords(now)) }
    if let before {
      facts.append("before " + rateWords(before))
    } else if kind == .new, !failedBefore {
      facts.append("first night of this cell")
    }
    if let confidence { facts.append("gone with \(percent(confidence)) confidence, given its earlier rate") }
    if let pValue {
      facts.append("p = \(chanceWords(pValue)) if the rate had not changed")
    }
    if let known { facts.append(knownWords(known)) }
    if let bisect { facts.append(bisectWords(bisect)) }
    if let firstBad { facts.append(firstBad.words) }
    if let lastSeen, kind == .reappeared || kind == .gone { facts.append("last seen \(dayText(lastSeen))") }
    if let firstSeen, kind != .new, kind != .seen || before != nil {
      facts.append("first seen \(dayText(firstSeen))")
    }
    return facts
  }

  private func knownWords(_ known: KnownIssue) -> String {
    var words = "known: " + known.reason
    if let link = known.link { words += " (\(link))" }
    if let until = known.until {
      words += kind == .expiredKnown ? "; expired \(dayText(until))" : "; until \(dayText(until))"
    }
    return words
  }
}

private func chanceWords(_ value: Double) -> String {
  value < 0.000_001 ? "less than 0.0001 %" : percent(value)
}

extension NightCell {
  /// Name for users, for instance `vfio-detach-race d=320 on debian:bookworm, lockdep`.
  var name: String { "\(scenarioName) on \(kernelName), \(config.name)" }

  /// The scenario with the parameters that were set.
  var scenarioName: String {
    ([scenario] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
  }

  /// Outcome in a few words, with the reason where one is known.
  var outcome: String { outcome(reason.map { ": \($0)" } ?? "") }

  /// The same with other words for the reason.
  fileprivate func outcome(_ why: String) -> String {
    let misses = count(.miss) > 0 ? ", \(count(.miss)) missed" : ""
    let (fails, passes) = (count(.fail), count(.pass))
    let numbers =
      (fails > 0 ? "\(fails) of \(Reports.count(fails + passes, "trial")) failed" : "\(passes) passed")
      + (pruned == nil ? "" : " (pruned, except trials that are evidence)")
    switch state {
    case .cannotBuild: return "build failed" + why
    case .labFailed: return "infrastructure error" + why
    case .notReached: return "not reached" + why
    case .finished: return numbers + misses
    case .running, .interrupted, .abandoned: return "\(state.rawValue)\(why), " + numbers + misses
    }
  }
}

extension NightReport {
  /// Outcome of a cell for lists above the infrastructure errors: a reason that is told there is not told here too.
  func outcomeAboveTrouble(_ cell: NightCell) -> String {
    guard let reason = cell.reason, trouble.contains(where: { $0.reason.hasSuffix(": " + reason) }) else {
      return cell.outcome
    }
    return cell.outcome(", see below")
  }

  /// First lines: what is new, or back, or that there is nothing.
  var news: [NightChange] { changes(.new) + changes(.reappeared) }

  /// Changes named in the first lines, the worst first: what broke something that was whole.
  var headlineNews: [NightChange] {
    news.enumerated().filter { !$0.element.failedBefore }.sorted { one, other in
      let (first, second) = (one.element.rank, other.element.rank)
      return first != second ? first < second : one.offset < other.offset
    }.map(\.element)
  }

  /// One line for all that is new where something failed before: mostly other faces of that; nil when nothing is.
  var otherNews: String? {
    let others = news.filter(\.failedBefore)
    guard !others.isEmpty else { return nil }
    let places = Set(others.map { "\($0.scenario) on \($0.line)" }).sorted()
    return count(others.count, "new signature") + " in cells that failed before: "
      + places.prefix(3).joined(separator: ", ")
      + (places.count > 3 ? " and \(places.count - 3) more" : "")
  }

  /// The cells in a sentence.
  package var numbers: String {
    let tally = tally
    let parts = [
      tally.failing > 0 ? "\(tally.failing) failing" : nil, tally.clean > 0 ? "\(tally.clean) clean" : nil,
      tally.cannotBuild > 0 ? "\(tally.cannotBuild) failed to build" : nil,
      tally.unknown > 0 ? "\(tally.unknown) inconclusive" : nil,
    ].compactMap { $0 }
    let trials = tally.passes + tally.fails
    return (subject == .run ? "" : "\(count(tally.cells, "cell")): \(parts.joined(separator: ", ")); ")
      + "\(count(trials, "valid trial")), \(tally.fails) failed, \(tally.misses) missed"
  }

  /// Time span, for instance `2026-11-23 02:00 to 04:12 UTC`.
  var times: String {
    guard let ended else { return "since \(minuteText(started)) UTC" }
    let (start, end) = (minuteText(started), minuteText(ended))
    return start.prefix(10) == end.prefix(10) ? "\(start) to \(end.suffix(5)) UTC" : "\(start) to \(end) UTC"
  }

  /// Name for users.
  var name: String { subject == .night ? "night \(id) of \(plan)" : "run \(id) of \(plan)" }
}

/// `2026-11-23` in UTC.
package func dayText(_ date: Date) -> String { String(date.formatted(.iso8601).prefix(10)) }

/// `2026-11-23 02:00` in UTC.
package func minuteText(_ date: Date) -> String {
  String(date.formatted(.iso8601).prefix(16)).replacing("T", with: " ")
}
