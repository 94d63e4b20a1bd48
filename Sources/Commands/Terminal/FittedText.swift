/// Breaks the lines of a report that are longer than a terminal is wide, between words.
///
/// The rest of a line is indented by two more columns than the line; a command that a person pastes is continued with a
/// backslash. Words that are longer than a line stay whole.
func fitted(_ text: String, columns: Int) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { fittedLine($0, columns) }.joined(separator: "\n")
}

private func fittedLine(_ line: Substring, _ columns: Int) -> String {
  guard line.utf8.count > columns, shownWidth(line) > columns else { return String(line) }
  let indent = min(line.prefix { $0 == " " }.count, columns / 2)
  let isCommand = line.drop { $0 == " " }.hasPrefix("zlab ")
  let (room, mark) = isCommand ? (columns - 2, " \\") : (columns, "")
  var (result, width) = ("", 0)
  for (gap, word) in words(line) {
    let wordWidth = shownWidth(word)
    if width > indent, width + gap.count + wordWidth > room {
      result += mark + "\n" + String(repeating: " ", count: indent + (isCommand ? 4 : 2)) + word
      width = indent + (isCommand ? 4 : 2) + wordWidth
    } else {
      result += gap + word
      width += gap.count + wordWidth
    }
  }
  return result
}

// A shell's word in single quotes is one, blanks and all.
private func words(_ line: Substring) -> [(gap: Substring, word: Substring)] {
  var (found, rest): ([(Substring, Substring)], Substring) = ([], line)
  let isQuoted = line.drop { $0 == " " }.hasPrefix("zlab ")
  while !rest.isEmpty {
    let gap = rest.prefix { $0 == " " }
    rest = rest.dropFirst(gap.count)
    var (inQuotes, isEscaped) = (false, false)
    let word = rest.prefix { character in
      if isQuoted, character == "'", !isEscaped { inQuotes.toggle() }
      isEscaped = character == "\\" && !inQuotes && !isEscaped
      return inQuotes || character != " "
    }
    rest = rest.dropFirst(word.count)
    found.append((gap, word))
  }
  return found
}

// Columns that text takes: those of ECMA-48's colours are none; characters from U+1100 on are taken to be wide.
private func shownWidth(_ text: Substring) -> Int {
  var (width, inEscape) = (0, false)
  for scalar in text.unicodeScalars {
    if inEscape {
      inEscape = scalar != "m"
    } else if scalar == "\u{1b}" {
      inEscape = true
    } else {
      width += scalar.value >= 0x1100 ? 2 : 1
    }
  }
  return width
}
