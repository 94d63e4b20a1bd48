/// Style of text: in colour on a terminal that wants it, plain everywhere else.
package struct Style: Sendable, Hashable {
  /// True if colour is wanted.
  package let colour: Bool

  package init(colour: Bool) { self.colour = colour }

  /// Bad news.
  package func bad(_ text: String) -> String { dressed(text, "1;31") }
  /// Good news.
  package func good(_ text: String) -> String { dressed(text, "1;32") }
  /// No news.
  package func doubtful(_ text: String) -> String { dressed(text, "1;33") }
  /// A heading.
  package func strong(_ text: String) -> String { dressed(text, "1") }
  /// Less important text.
  package func faint(_ text: String) -> String { dressed(text, "2") }

  private func dressed(_ text: String, _ code: String) -> String {
    colour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}

/// Makes text from a guest or a log harmless on one line of a terminal: control and direction characters become visible,
/// ends of lines become blanks.
package func escapedForTerminal(_ text: String) -> String {
  // Nearly all text is, and asking for each scalar's category costs as much as parsing the log did.
  if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control where scalar == "\n" || scalar == "\r":
      if result.last != " " { result += " " }
    case .control where scalar != "\t", .format, .lineSeparator, .paragraphSeparator:
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// The same for text of several lines, such as what a tool said: the first as it is, the others indented by two blanks.
package func harmlessLines(_ text: String) -> String {
  text.split(whereSeparator: \.isNewline).enumerated().map { index, line in
    let line = escapedForTerminal(String(line))
    return index == 0 || line.hasPrefix("  ") ? line : "  " + line
  }.joined(separator: "\n")
}

/// Columns with two blanks between them; the last is not padded.
package func table(_ rows: [[String]]) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, cell in
      column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
    }.joined()
  }.joined(separator: "\n")
}
