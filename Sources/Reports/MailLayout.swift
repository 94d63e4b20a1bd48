/// The columns of a plain-text mail that every reader shows whole.
let mailWidth = 72

/// Our own words on lines of ``mailWidth`` columns; words that are longer are broken.
func wrapped(_ text: String, first: String = "", rest: String = "") -> [String] {
  var lines: [String] = []
  var line = first
  var isEmpty = true
  for word in escapedForTerminal(text).split(whereSeparator: \.isWhitespace) {
    if !isEmpty, line.width + 1 + String(word).width > mailWidth {
      lines.append(line)
      (line, isEmpty) = (rest, true)
    }
    line += (isEmpty ? "" : " ") + word
    isEmpty = false
    while line.width > mailWidth {
      lines.append(String(line.unicodeScalars.prefix(mailWidth)))
      line = rest + String(line.unicodeScalars.dropFirst(mailWidth))
    }
  }
  return isEmpty ? lines : lines + [line]
}
