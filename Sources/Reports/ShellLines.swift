/// A command on as many lines as it takes, each but the last ending in a backslash; an option stays beside its value
/// where both fit.
///
/// - Parameter width: at least 40; words that are longer are broken, which a shell mends.
func shellLines(_ words: [String], width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for group in groups(words) {
    let text = group.map(shellQuoted).joined(separator: " ")
    if !line.isEmpty, line.width + 1 + text.width <= width - 2 {
      line += " " + text
    } else if text.width <= width - 8 {
      if !line.isEmpty { lines.append(line + " \\") }
      line = (lines.isEmpty ? "  " : "      ") + text
    } else {
      for word in group {
        if !line.isEmpty { lines.append(line + " \\") }
        let parts = shellParts(word, width: width - 8)
        // The rest of a broken word stands at the margin: a blank before it would begin another word.
        lines += parts.dropLast().enumerated().map { ($0 > 0 ? "" : lines.isEmpty ? "  " : "      ") + $1 + "\\" }
        line = (parts.count > 1 ? "" : lines.isEmpty ? "  " : "      ") + (parts.last ?? "")
      }
    }
  }
  return line.isEmpty ? lines : lines + [line]
}

private func groups(_ words: [String]) -> [[String]] {
  var groups: [[String]] = []
  for word in words {
    if let last = groups.last, last.count == 1, last[0].hasPrefix("-"), !word.hasPrefix("-") {
      groups[groups.count - 1].append(word)
    } else {
      groups.append([word])
    }
  }
  return groups
}

private func shellParts(_ word: String, width: Int) -> [String] {
  let whole = shellQuoted(word)
  guard whole.width > width else { return [whole] }
  // A quotation mark inside takes four characters.
  let scalars = Array(escapedForTerminal(word).unicodeScalars)
  return stride(from: 0, to: scalars.count, by: width / 4).map { start in
    var part = String.UnicodeScalarView()
    part.append(contentsOf: scalars[start..<min(start + width / 4, scalars.count)])
    return shellQuoted(String(part))
  }
}
