/// The columns of a plain-text mail that every reader shows whole.
let mailWidth = 72

/// Our own words on lines of ``mailWidth`` columns; words that are longer are broken. A per cent sign stays with its
/// number.
func wrapped(_ text: String, first: String = "", rest: String = "") -> [String] {
  var lines: [String] = []
  var line = first
  var isEmpty = true
  let words = escapedForTerminal(text).split(whereSeparator: \.isWhitespace).reduce(into: [String]()) { words, word in
    let last = word.first == "%" ? words.popLast() : nil
    words.append(last.map { "\($0) \(word)" } ?? String(word))
  }
  for word in words {
    if !isEmpty, line.width + 1 + word.width > mailWidth {
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
