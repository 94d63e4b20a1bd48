import Foundation
import Model
import Reports
import ResultStore

/// Heat map of hosts or kernels against signatures, the most frequent of both first; a square leads to its signature.
///
/// Columns have numbers, which the list below the map explains; a row ends with the day of its last sighting.
struct FieldMap {
  private struct Row {
    let name: String
    let label: String
    var sum = 0
    var last = Date.distantPast
  }

  private static let size = 18
  private static let top = 18

  private let axis: ResultStore.FieldAxis
  private let cells: [FieldPlace]
  private let columns: [String]
  /// Titles of the columns, escaped.
  private let titles: [String]
  private let rows: [Row]

  /// - Parameters:
  ///   - columns: signatures in the order of the columns.
  ///   - titles: by signature; it stands for itself without one.
  init(_ cells: [FieldPlace], _ axis: ResultStore.FieldAxis, columns: [String], titles: [String: String]) {
    (self.cells, self.axis, self.columns) = (cells, axis, columns)
    self.titles = columns.map { escaped(clipped(titles[$0] ?? $0, 200)) }
    var rows: [String: Row] = [:]
    for cell in cells {
      let label = cell.name.isEmpty ? "(unknown)" : clipped(cell.name, 24)
      var row = rows[cell.name] ?? Row(name: cell.name, label: label)
      (row.sum, row.last) = (row.sum + cell.sightings, max(row.last, cell.lastSeen))
      rows[cell.name] = row
    }
    self.rows = rows.values.sorted { ($1.sum, $0.name) < ($0.sum, $1.name) }
  }

  private var left: Int { 8 * (rows.map { $0.label.count }.max() ?? 0) + 8 }
  private var right: Int { left + columns.count * Self.size + 8 }

  var drawing: String {
    let (width, height) = (right + 72, Self.top + rows.count * Self.size + 2)
    return "<svg width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\" role=\"group\" "
      + "aria-label=\"\(axis == .host ? "Hosts" : "Kernels") and signatures\">\(heads)\(labels)\(squares)</svg>"
  }

  private var heads: String {
    columns.indices.map { index in
      let middle = left + index * Self.size + Self.size / 2 - 1
      return "<text x=\"\(middle)\" y=\"13\" text-anchor=\"middle\">\(index + 1)</text>"
    }.joined() + "<text x=\"\(right)\" y=\"13\">last seen</text>"
  }

  private var labels: String {
    rows.enumerated().map { index, row in
      let y = Self.top + index * Self.size + 13
      let label = "<text x=\"0\" y=\"\(y)\">\(escaped(row.label))</text>"
      let isLink = axis == .host && !row.name.isEmpty
      return (isLink ? "<a href=\"/host/\(pathWord(row.name))\">\(label)</a>" : label)
        + "<text x=\"\(right)\" y=\"\(y)\">\(dayText(row.last))</text>"
    }.joined()
  }

  // A page has thousands of squares: what their words have in common is made once.
  private var squares: String {
    let lines = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1.name, $0) })
    let places = Dictionary(columns.enumerated().map { ($1, $0) }) { first, _ in first }
    let names = rows.map { escaped($0.label) }
    let links = columns.map { pathWord($0) }
    let shades = (0...100).map { decimals(Double($0) / 100, 2) }
    let most = log(Double((cells.map(\.sightings).max() ?? 1) + 1))
    var days = Days()
    var text = ""
    for cell in cells {
      guard let x = places[cell.signature], let y = lines[cell.name] else { continue }
      let shade = shades[Int(20 + 80 * log(Double(cell.sightings + 1)) / most)]
      let seen = "\(days.text(cell.firstSeen)) to \(days.text(cell.lastSeen))"
      let words = "\(names[y]): \(titles[x]), \(count(cell.sightings, "sighting")), \(seen)"
      let place = "x=\"\(left + x * Self.size)\" y=\"\(Self.top + y * Self.size + 1)\""
      text += "<a href=\"/signature/\(links[x])\"><title>\(words)</title><rect class=\"heat\" "
      text += "fill-opacity=\"\(shade)\" \(place) width=\"\(Self.size - 2)\" height=\"\(Self.size - 2)\"/></a>"
    }
    return text
  }
}

/// Texts of days, each made once.
private struct Days {
  private var texts: [Int: String] = [:]

  mutating func text(_ date: Date) -> String {
    let day = Int((date.timeIntervalSince1970 / 86_400).rounded(.down))
    if let text = texts[day] { return text }
    let text = dayText(date)
    texts[day] = text
    return text
  }
}
