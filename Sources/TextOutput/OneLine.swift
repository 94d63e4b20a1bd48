extension String {
  /// Columns, as far as one can know: one for each scalar, so that no pile of combining marks makes a line long.
  package var width: Int { unicodeScalars.count }

  /// Without blanks of any sort at its end.
  package var trimmedEnd: String {
    var scalars = unicodeScalars[...]
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}

/// Text from outside as one line without control characters, cut where it is longer than `width`.
package func oneLine(_ text: String, width: Int) -> String {
  var line = String.UnicodeScalarView()
  // No more is looked at than can be shown: the text may be huge.
  for scalar in text.unicodeScalars.prefix(4 * max(1, width)) {
    line.append(scalar.properties.isWhitespace ? " " : scalar)
  }
  let words = escapedForTerminal(String(line)).split(separator: " ").joined(separator: " ")
  guard words.width > width else { return words }
  return String(words.unicodeScalars.prefix(max(0, width - 3))).trimmedEnd + "..."
}
