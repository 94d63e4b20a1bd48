import Foundation
import Model
import Reports
import ResultStore
import Statistics

/// Kernels against nights: one square for each run, which leads to it.
///
/// The names are on the right, beside the newest: where there is no room for all, that is the end to begin with.
func heatStrip(_ points: [HistoryPoint]) -> String {
  let newest = points.sorted { $0.started < $1.started }.suffix(2000)
  var columns: [String] = []
  var rows: [String] = []
  for point in newest where !columns.contains(point.column) { columns.append(point.column) }
  columns = Array(columns.suffix(60))
  for point in newest.reversed() where !rows.contains(point.row) { rows.append(point.row) }
  rows = Array(rows.prefix(40))
  let (size, top) = (18, 18)
  // A day has room for one date.
  let right = max(72, columns.count * size) + 8
  var text = dateMarks(newest, columns, size)
  for (index, row) in rows.enumerated() {
    text += "<text x=\"\(right)\" y=\"\(top + index * size + 13)\">\(escaped(clipped(row, 34)))</text>"
  }
  var drawn: Set<String> = []
  for point in newest.reversed() {
    guard let x = columns.firstIndex(of: point.column), let y = rows.firstIndex(of: point.row),
      drawn.insert("\(x) \(y)").inserted
    else { continue }
    text += square(point, x * size + 1, top + y * size, size - 2)
  }
  let (width, height) = (right + 8 * min(34, rows.map(\.count).max() ?? 0), top + rows.count * size)
  return "<svg width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\" role=\"group\" "
    + "aria-label=\"Kernels and nights\">\(text)</svg>"
}

/// Days of every fifth column, counted from the newest.
private func dateMarks(_ points: ArraySlice<HistoryPoint>, _ columns: [String], _ size: Int) -> String {
  let days = Dictionary(points.map { ($0.column, $0.started) }) { max($0, $1) }
  return stride(from: columns.count - 1, through: 0, by: -5).map { index in
    guard let day = days[columns[index]] else { return "" }
    let end = (index + 1) * size - 2
    if end >= 68 { return "<text class=\"count\" x=\"\(end)\" y=\"13\">\(dayText(day))</text>" }
    return index == columns.count - 1 ? "<text x=\"0\" y=\"13\">\(dayText(day))</text>" : ""
  }.joined()
}

private func square(_ point: HistoryPoint, _ x: Int, _ y: Int, _ size: Int) -> String {
  let rate = Rate(failures: point.fails, trials: point.fails + point.passes)
  let place = "x=\"\(x)\" y=\"\(y)\" width=\"\(size)\" height=\"\(size)\""
  var inside = "<rect class=\"frame\" \(place)/>"
  if let value = rate.value {
    inside += "<rect class=\"clean\" \(place)/>"
    if value > 0 { inside += "<rect class=\"heat\" fill-opacity=\"\(decimals(0.25 + 0.75 * value, 2))\" \(place)/>" }
  } else {
    inside += "<rect class=\"rail\" x=\"\(x + 3)\" y=\"\(y + size / 2 - 1)\" width=\"\(size - 6)\" height=\"3\"/>"
  }
  let words =
    "\(point.column), \(point.row): \(point.fails) of \(point.fails + point.passes) failed, "
    + "\(point.misses) missed"
  return "<a href=\"/run/\(pathWord(point.run))\" aria-label=\"\(escaped(words))\"><title>\(escaped(words))</title>"
    + inside + "</a>"
}

extension HistoryPoint {
  var column: String { night.map { "night \($0)" } ?? "run \(run)" }
  var row: String { [kernelName, line, config].filter { !$0.isEmpty }.joined(separator: " ") }
}

/// Rates over time with their intervals, the oldest on the left; the scale is on the right, beside the newest.
func rateChart(_ points: [HistoryPoint]) -> String {
  let judged = points.filter { $0.fails + $0.passes > 0 }.sorted { $0.started < $1.started }.suffix(60)
  let (height, step) = (140, 14)
  let right = max(10, judged.count) * step + 8
  let width = right + 44
  func y(_ share: Double) -> String { decimals(10 + (1 - share) * Double(height - 20), 1) }
  var text = ""
  for (share, label) in [(1.0, "100 %"), (0.5, "50 %"), (0, "0 %")] {
    text += "<line class=\"axis\" x1=\"0\" x2=\"\(right)\" y1=\"\(y(share))\" y2=\"\(y(share))\"/>"
    text += "<text x=\"\(right + 4)\" y=\"\(y(share - 0.03))\">\(label)</text>"
  }
  for (index, point) in judged.enumerated() {
    let rate = Rate(failures: point.fails, trials: point.fails + point.passes)
    let x = index * step + step / 2
    let words =
      "\(dayText(point.started)), \(point.release): \(point.fails) of \(rate.trials) failed, "
      + "\(percent(rate.low)) to \(percent(rate.high))"
    text += "<a href=\"/run/\(pathWord(point.run))\" aria-label=\"\(escaped(words))\"><title>\(escaped(words))</title>"
    text += "<line class=\"interval\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(y(rate.low))\" y2=\"\(y(rate.high))\"/>"
    text += "<circle class=\"point\" cx=\"\(x)\" cy=\"\(y(rate.value ?? 0))\" r=\"4\"/></a>"
  }
  return "<svg width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\" role=\"group\" "
    + "aria-label=\"Failure rates over time\">\(text)</svg>"
}
