/// The columns of a plain-text mail that every reader shows whole.
let mailWidth = 72

extension String {
  /// Columns, as far as one can know: one for each scalar, so that no pile of combining marks makes a line long.
  var width: Int { unicodeScalars.count }

  /// Without blanks of any sort at its end.
  var trimmedEnd: String {
    var scalars = unicodeScalars[...]
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}

/// Text from outside as one line without control characters, cut where it is longer than `width`.
func oneLine(_ text: String, width: Int) -> String {
  var line = String.UnicodeScalarView()
  // No more is looked at than can be shown: the text may be huge.
  for scalar in text.unicodeScalars.prefix(4 * max(1, width)) {
    line.append(scalar.properties.isWhitespace ? " " : scalar)
  }
  let words = harmless(String(line)).split(separator: " ").joined(separator: " ")
  guard words.width > width else { return words }
  return String(words.unicodeScalars.prefix(max(0, width - 3))).trimmedEnd + "..."
}

/// Our own words on lines of ``mailWidth`` columns; words that are longer are broken.
func wrapped(_ text: String, first: String = "", rest: String = "") -> [String] {
  var lines: [String] = []
  var line = first
  var isEmpty = true
  for word in harmless(text).split(whereSeparator: \.isWhitespace) {
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
