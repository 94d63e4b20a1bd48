import Model

// Sizes of the drawing, in its own units.
private let (numbersWidth, rowHeight, headHeight) = (84, 22, 44)
private let (mostRows, longestName) = (80, 200)

extension ScheduleCourse {
  /// The course as SVG: a lane for each vCPU, time downwards, calls as nested bars, pauses as dashed bars, and an arrow
  /// where another vCPU gets the turn. Its looks are those of ``styleSheet``.
  package var drawing: String {
    let shown = Array(rows.prefix(mostRows))
    let end = headHeight + shown.count * rowHeight
    let (width, height) = (x(lanes.count) + 8, end + (finding == nil ? 8 : 40))
    var parts = lanes.indices.map { head(of: $0, to: end) }
    parts += shown.indices.map { bar(of: $0, in: shown) }
    parts += shown.indices.dropLast().map { arrow(after: $0, in: shown) }
    parts += shown.enumerated().map { label($1, row: $0) }
    parts.append(report(at: end))
    let words = (shown.map(sentence) + [finding.map { "Then: \(clipped($0.title, longestName))." } ?? ""])
    return """
      <svg class="course" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" \
      aria-label="\(escaped(heading))"><title>\(escaped(heading))</title>\
      <desc>\(escaped(words.joined(separator: " ")))\(rows.count > mostRows ? " And so on." : "")</desc>
      \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
      </svg>
      """
  }

  private var laneWidth: Int { [1: 420, 2: 320, 3: 250][lanes.count] ?? 200 }

  private func x(_ lane: Int) -> Int { numbersWidth + lane * laneWidth }

  private func y(_ row: Int) -> Int { headHeight + row * rowHeight }

  /// Text that fits into a lane from `x` on; the whole of it is its title.
  private func text(_ words: String, _ look: String, x: Int, y: Int, room: Int) -> String {
    let whole = clipped(words, longestName), most = max(4, room / 7)
    let title = whole.unicodeScalars.count > most ? "<title>\(escaped(whole))</title>" : ""
    let shown = title.isEmpty ? whole : clipped(whole, most - 3)
    return "<text class=\"\(look)\" x=\"\(x)\" y=\"\(y)\">\(title)\(escaped(shown))</text>"
  }

  private func head(of lane: Int, to end: Int) -> String {
    let (left, room) = (x(lane), laneWidth - 12)
    return text("vCPU \(lanes[lane].vcpu)", "head", x: left + 4, y: 14, room: room)
      + text(lanes[lane].tasks.joined(separator: ", "), "name", x: left + 4, y: 30, room: room)
      + "<rect class=\"lane\" x=\"\(left)\" y=\"\(headHeight - 6)\" width=\"\(room)\" height=\"\(end - headHeight + 8)\"/>"
  }

  /// Left edge of a row's bar; its words follow.
  private func barPlace(_ row: Row) -> Int {
    if case .call(_, let depth) = row.event { x(row.lane) + 18 + 10 * depth } else { x(row.lane) + 4 }
  }

  /// The row in whose middle a call is over as far as the course shows, or a pause.
  private func barEnd(of index: Int, in shown: [Row]) -> Int {
    let own = shown.indices.filter { $0 > index && shown[$0].lane == shown[index].lane }
    switch shown[index].event {
    case .call(_, let depth):
      let next = own.first { if case .call(_, let other) = shown[$0].event { other <= depth } else { false } }
      return own.last { $0 < next ?? .max } ?? index
    case .pause:
      return own.first { if case .resume = shown[$0].event { true } else { false } } ?? shown.count
    case .place, .resume: return index
    }
  }

  private func bar(of index: Int, in shown: [Row]) -> String {
    let end = barEnd(of: index, in: shown)
    let (left, top) = (barPlace(shown[index]), y(index) + 3)
    switch shown[index].event {
    case .call:
      return "<rect class=\"call\" x=\"\(left)\" y=\"\(top)\" width=\"6\" height=\"\(y(end + 1) - 3 - top)\" rx=\"2\"/>"
    case .pause:
      let height = (end < shown.count ? y(end) + 8 : y(end)) - top
      return "<rect class=\"pause\" x=\"\(left)\" y=\"\(top)\" width=\"8\" height=\"\(height)\" rx=\"2\"/>"
    case .place, .resume:
      return "<circle class=\"call\" cx=\"\(left + 4)\" cy=\"\(y(index) + rowHeight / 2)\" r=\"3\"/>"
    }
  }

  private func arrow(after index: Int, in shown: [Row]) -> String {
    let (from, to) = (shown[index].lane, shown[index + 1].lane)
    guard from != to else { return "" }
    let (line, tip) = (y(index + 1), x(to) + 8)
    let back = from < to ? tip - 7 : tip + 7
    let words = "vCPU \(lanes[to].vcpu) gets the turn of vCPU \(lanes[from].vcpu)"
    return "<g class=\"switch\"><title>\(words)</title>"
      + "<line x1=\"\(x(from) + 8)\" x2=\"\(back)\" y1=\"\(line)\" y2=\"\(line)\"/>"
      + "<polygon points=\"\(tip),\(line) \(back),\(line - 4) \(back),\(line + 4)\"/></g>"
  }

  private func label(_ row: Row, row index: Int) -> String {
    let left = barPlace(row) + 14
    let room = x(row.lane) + laneWidth - 14 - left
    let base = y(index) + 15
    let words: (String, String) =
      switch row.event {
      case .call(let name, _): (name, "name")
      case .place(let place): (place, "name")
      case .pause(let place): ("pauses" + (place.map { " at " + $0 } ?? ""), "held")
      case .resume(let reason): ("goes on" + (reason.map { ": " + $0 } ?? ""), "held")
      }
    let number = row.instructions.map {
      "<text class=\"count\" x=\"\(numbersWidth - 10)\" y=\"\(base)\">\($0)</text>"
    }
    return (number ?? "") + text(words.0, words.1, x: left, y: base, room: room)
  }

  private func report(at end: Int) -> String {
    guard let finding else { return "" }
    let left = reportingLane.map(x) ?? numbersWidth
    let room = (reportingLane == nil ? laneWidth * lanes.count : laneWidth) - 12
    return "<rect class=\"mark\" x=\"\(left)\" y=\"\(end + 8)\" width=\"\(room)\" height=\"24\" rx=\"3\"/>"
      + text(finding.title, "struck", x: left + 8, y: end + 24, room: room - 16)
  }

  private func sentence(_ row: Row) -> String {
    let words =
      switch row.event {
      case .call(let name, _): "enters \(clipped(name, longestName))"
      case .place(let place): "comes to \(clipped(place, longestName))"
      case .pause(let place): "pauses" + (place.map { " at \(clipped($0, longestName))" } ?? "")
      case .resume(let reason): "goes on" + (reason.map { ", \($0)" } ?? "")
      }
    return (row.instructions.map { "\($0): " } ?? "") + "vCPU \(lanes[row.lane].vcpu) \(words)."
  }
}
