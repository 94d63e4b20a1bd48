import Foundation
import Model

// A guest may print a line of 10 MB: nothing of it is looked at beyond what can be shown.

/// The first `limit` scalars of a text; three points say that there was more.
package func clipped(_ text: String, _ limit: Int) -> String {
  // Scalars have at most 4 bytes, so most texts are known to fit without a walk.
  guard text.utf8.count > limit else { return text }
  let scalars = text.unicodeScalars
  guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
    end < scalars.endIndex
  else { return text }
  return String(scalars[..<end]) + "..."
}

extension NightReport {
  /// The same with every text that may come from a guest at a length that a reader stands.
  var bounded: NightReport {
    var report = self
    report.cells = cells.map(\.bounded)
    report.changes = changes.map(\.bounded)
    report.trouble = trouble.prefix(1000).map {
      NightTrouble(reason: clipped($0.reason, 1000), count: $0.count, runs: Array($0.runs.prefix(100)))
    }
    return report
  }
}

extension NightCell {
  fileprivate var bounded: NightCell {
    var cell = self
    cell.reason = reason.map { clipped($0, 2000) }
    for index in cell.trials.indices {
      cell.trials[index].note = cell.trials[index].note.map { clipped($0, 500) }
    }
    return cell
  }
}

extension NightChange {
  fileprivate var bounded: NightChange {
    var change = self
    change.title = clipped(title, 200)
    if var sighting {
      sighting.finding = sighting.finding.bounded
      sighting.excerpt = sighting.excerpt.map(boundedExcerpt)
      change.sighting = sighting
    }
    return change
  }
}

/// At most 200 lines, each of at most 300 columns.
func boundedExcerpt(_ text: String) -> String {
  // The head of it holds all that 200 such lines can hold.
  clipped(text, 65_536).split(separator: "\n", omittingEmptySubsequences: false).prefix(200)
    .map { clipped(String($0), 300) }.joined(separator: "\n")
}

extension Finding {
  fileprivate var bounded: Finding {
    var finding = self
    finding.title = clipped(title, 200)
    finding.message = clipped(message, 400)
    finding.function = function.map { clipped($0, 200) }
    finding.location = location.map { clipped($0, 200) }
    finding.comm = comm.map { clipped($0, 64) }
    finding.kernel = kernel.map { clipped($0, 100) }
    finding.taint = taint.map { clipped($0, 64) }
    finding.frames = frames.prefix(64).map { frame in
      var frame = frame
      frame.name = clipped(frame.name, 200)
      frame.module = frame.module.map { clipped($0, 64) }
      frame.source = frame.source.map { clipped($0, 200) }
      return frame
    }
    return finding
  }
}
