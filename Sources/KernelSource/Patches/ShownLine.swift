/// Makes bytes of strangers fit for a terminal and for comparing by eye.
enum ShownLine {
  private static let longest = 120

  /// The line with each run of white space as one space, for that is how lines are compared; the rest escaped.
  static func squeezed(_ line: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    for byte in line {
      if bytes.count > longest * 4 { break }
      guard byte.isBlank else {
        bytes.append(byte)
        continue
      }
      if bytes.last != 0x20 { bytes.append(0x20) }
    }
    return escaped(String(decoding: bytes, as: UTF8.self))
  }

  /// Text after the second `@@`: the name of the function when it is one, for its arguments are cut off anyway.
  static func section(_ text: [UInt8]) -> String {
    let line = squeezed(text)
    guard let open = line.firstIndex(of: "("), line.first?.isLetter == true || line.first == "_" else { return line }
    let name = line[..<open].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? line : String(name.reversed()) + "()"
  }

  /// The text without anything that moves the cursor, hides or reorders text.
  static func escaped(_ text: some StringProtocol, longest: Int = Self.longest) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      if count > longest { return result + "..." }
      if isHarmless(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      }
    }
    return result
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return 0x20..<0x7F ~= scalar.value }
    switch scalar.properties.generalCategory {
    // Marks could be piled up without end, and formats turn the direction of writing.
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .nonspacingMark, .enclosingMark:
      return false
    default: return true
    }
  }
}

extension UInt8 {
  /// White space inside a line as defined by git.
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }

  var isAlphanumeric: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
    default: false
    }
  }
}
