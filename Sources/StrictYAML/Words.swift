extension Duration {
  /// Reads a time as people write it: a whole number with `us`, `ms`, `s`, `m`, `h` or `d`; nil for anything else.
  package init?(zlab text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count <= 1_000_000_000 else { return nil }
    switch text.dropFirst(digits.count) {
    case "us": self = .microseconds(count)
    case "ms": self = .milliseconds(count)
    case "s": self = .seconds(count)
    case "m": self = .seconds(count * 60)
    case "h": self = .seconds(count * 3600)
    case "d": self = .seconds(count * 86400)
    default: return nil
    }
  }
}

/// Reads a whole number in decimal or, after `0x`, in hex; nil for anything else.
package func wholeNumber(_ text: String) -> Int? {
  text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
}
