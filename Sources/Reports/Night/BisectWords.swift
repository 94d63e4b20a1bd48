package import Model
import Statistics

/// Bisection result of a signature, as a clause.
package func bisectWords(_ bisect: BisectRecord) -> String {
  let work = "\(count(bisect.trials, "trial")), \(count(bisect.builds, "build"))"
  switch bisect.state {
  case .going: return "bisection '\(bisect.name)' in progress (\(work))"
  case .dropped: return "bisection '\(bisect.name)' was reset (\(work))"
  case .finished: break
  }
  guard let culprit = bisect.culprit else {
    return "bisection '\(bisect.name)' found no culprit: " + (bisect.outcome ?? .undecided).words
  }
  let others = bisect.suspects.count - 1
  let more = others > 0 ? " or \(others == 1 ? "an adjacent commit" : "one of \(others) adjacent commits")" : ""
  return
    "bisected to \(culprit.id.prefix(12)) (\"\(culprit.subject)\")\(more), confidence \(percent(bisect.confidence))"
}

extension NightFirstBad {
  /// The kernel, and when it was seen to fail.
  package var words: String { "first known bad kernel: \(kernelName), \(release), on \(dayText(seen)) in run \(run)" }
}
