/// A text as a double-quoted scalar of YAML 1.2 (section 7.3.1), which is also a JSON string.
package func yamlQuoted(_ text: String) -> String {
  "\"" + text.unicodeScalars.map(escaped).joined() + "\""
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar.value {
  case 0x22, 0x5c: return "\\" + String(scalar)
  // Beside control characters what YAML takes for a line break or does not take (5.1, 5.4).
  case ..<0x20, 0x7f...0x9f, 0x2028, 0x2029, 0xfeff:
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  default: return String(scalar)
  }
}
