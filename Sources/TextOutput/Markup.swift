/// Text from outside as character data of XML and HTML, in an attribute or between tags.
///
/// What XML 1.0 has no place for (section 2.2), and what would turn the direction of a line, becomes visible; line
/// feeds stay.
package func escaped(_ text: String) -> String {
  // Most words of a page need none of it.
  if text.utf8.allSatisfy(isPlain) { return text }
  var result = ""
  result.reserveCapacity(text.utf8.count + text.utf8.count / 8)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case _ where scalar.isASCII && isPlain(UInt8(scalar.value)): result.unicodeScalars.append(scalar)
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}

/// Printable ASCII, line feed or tab that markup gives no meaning to.
private func isPlain(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
  case 0x20...0x7e, 0x09, 0x0a: true
  default: false
  }
}
