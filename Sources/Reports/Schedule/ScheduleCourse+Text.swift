import Model

extension ScheduleCourse {
  /// The course as columns of text.
  /// - Parameter most: number of rows.
  func text(_ style: Style, most: Int) -> [String] {
    let isAnnotated = rows.contains { if case .pause(.some) = $0.event { true } else { false } }
    var table = [["  instructions"] + lanes.map(\.text)]
    var pausing: Set<Int> = []
    for row in rows.prefix(most) {
      if case .resume = row.event { pausing.remove(row.lane) }
      table.append(
        ["  " + (row.instructions.map(String.init) ?? "")]
          + lanes.indices.map { $0 == row.lane ? row.event.text : pausing.contains($0) ? "|" : "" })
      if case .pause = row.event { pausing.insert(row.lane) }
    }
    var lines = [style.strong(heading) + (isAnnotated ? style.faint("   || pauses") : ""), TextOutput.table(table)]
    if rows.count > most { lines.append("  and so on") }
    if let finding { lines.append("  then: " + style.bad(escapedForTerminal(finding.title))) }
    return lines
  }
}

extension ScheduleCourse.Lane {
  var text: String {
    "vCPU \(vcpu)" + (tasks.isEmpty ? "" : ": " + escapedForTerminal(tasks.joined(separator: ", ")))
  }
}

extension ScheduleCourse.Event {
  fileprivate var text: String {
    switch self {
    case .call(let name, let depth): String(repeating: "  ", count: depth) + escapedForTerminal(name)
    case .place(let place): escapedForTerminal(place)
    case .pause(let place): "|| " + (place.map(escapedForTerminal) ?? "pauses")
    case .resume(let reason): "goes on" + (reason.map { ": " + $0 } ?? "")
    }
  }
}
