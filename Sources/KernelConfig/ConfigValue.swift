/// The value of one option as a `.config` holds it; n also stands for `is not set`.
package enum ConfigValue: Hashable, Sendable, CustomStringConvertible {
  case no
  /// m, which only a tristate takes.
  case module
  case yes
  /// Text without its quotes and escapes.
  case string(String)
  /// A decimal or hexadecimal number, as it is written.
  case number(String)

  /// The right side of an assignment, as the kernel's `conf` reads and writes it (scripts/kconfig/confdata.c).
  package var description: String {
    switch self {
    case .no: "n"
    case .module: "m"
    case .yes: "y"
    case .string(let text): "\"" + text.map { "\"\\".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\""
    case .number(let digits): digits
    }
  }

  /// nil for text and numbers.
  var tristate: Tristate? {
    switch self {
    case .no: .no
    case .module: .module
    case .yes: .yes
    case .string, .number: nil
    }
  }

  /// Reads what stands right of `=`; nil when it is no value.
  init?(assigned bytes: ArraySlice<UInt8>) {
    switch bytes.first {
    case UInt8(ascii: "\""):
      guard let text = Self.unquote(bytes) else { return nil }
      self = .string(text)
    case UInt8(ascii: "y") where bytes.count == 1: self = .yes
    case UInt8(ascii: "m") where bytes.count == 1: self = .module
    case UInt8(ascii: "n") where bytes.count == 1: self = .no
    default:
      guard Self.isNumber(bytes) else { return nil }
      self = .number(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// True if an option that was set to this value and holds `other` now kept it.
  ///
  /// `conf` puts 0x before the digits of a hexadecimal option that was set without.
  func survives(as other: ConfigValue?) -> Bool {
    switch (self, other) {
    case (.no, nil): true
    case (.number(let wanted), .number(let got)): wanted == got || Self.digits(wanted) == Self.digits(got)
    default: self == other
    }
  }

  private static func digits(_ number: String) -> String {
    let number = number.lowercased()
    return number.hasPrefix("0x") ? String(number.dropFirst(2)) : number
  }

  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count <= 40 else { return false }
    if bytes.starts(with: "0x".utf8) || bytes.starts(with: "0X".utf8) {
      return bytes.count > 2 && bytes.dropFirst(2).allSatisfy(\.isHexDigit)
    }
    let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes
    return !digits.isEmpty && digits.allSatisfy(\.isDigit)
  }

  private static func unquote(_ bytes: ArraySlice<UInt8>) -> String? {
    var text: [UInt8] = []
    var rest = bytes.dropFirst()
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return rest.isEmpty ? String(validating: text, as: UTF8.self) : nil
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        text.append(escaped)
      default: text.append(byte)
      }
    }
    return nil
  }
}
