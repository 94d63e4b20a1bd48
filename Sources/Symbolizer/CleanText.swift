/// Text of a file nobody vouches for, fit for a terminal and a report: one line, and nothing that steers either.
func clean(_ text: some StringProtocol, limit: Int = 512) -> String {
  // Nearly all text is.
  if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return String(text) }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      result.append("\u{fffd}")
    default: result.append(scalar)
    }
  }
  return String(result)
}
