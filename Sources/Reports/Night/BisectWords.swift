package import Records
import Statistics

/// What a bisection says of a signature, as a clause.
package func bisectWords(_ bisect: BisectRecord) -> String {
  let work = "\(count(bisect.trials, "trial")), \(count(bisect.builds, "build"))"
  switch bisect.state {
  case .going: return "the bisection '\(bisect.name)' of it has no answer yet (\(work))"
  case .dropped: return "the bisection '\(bisect.name)' of it was given up (\(work))"
  case .finished: break
  }
  guard let culprit = bisect.culprit else {
    return "the bisection '\(bisect.name)' of it found no culprit: " + (bisect.outcome ?? .undecided).words
  }
  let others = bisect.suspects.count - 1
  let more = others > 0 ? " or \(others == 1 ? "a neighbour" : "one of \(others) neighbours") of it" : ""
  return "bisected to \(culprit.id.prefix(12)) (\"\(culprit.subject)\")\(more), \(percent(bisect.confidence)) sure"
}

extension NightFirstBad {
  /// The kernel, and when it was seen to fail.
  package var words: String { "first bad kernel known: \(kernelName), \(release), on \(dayText(seen)) in run \(run)" }
}
