extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isHexDigit: Bool { isDigit || (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "f") }
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r") }

  /// True if it can stand in an option's name behind `CONFIG_`.
  var isNamePart: Bool {
    isDigit || self == UInt8(ascii: "_") || (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z")
  }
}

extension ArraySlice<UInt8> {
  var trimmedEnd: ArraySlice<UInt8> {
    var rest = self
    while rest.last?.isBlank == true { rest.removeLast() }
    return rest
  }

  var trimmed: ArraySlice<UInt8> { drop(while: \.isBlank).trimmedEnd }
}

extension String {
  /// On one line and harmless to a terminal: at most `limit` characters, controls and invisible ones as `\u{...}`.
  func escaped(limit: Int = 100) -> String {
    var text = ""
    for (count, scalar) in unicodeScalars.enumerated() {
      guard count < limit else { return text + "..." }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
