/// n < m < y, the values that Kconfig's logic works with (Documentation/kbuild/kconfig-language.rst).
enum Tristate: Int, Comparable {
  case no, module, yes

  static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

  private static let letters = ["n", "m", "y"]

  /// nil for any other text.
  init?(letter: String) {
    guard let value = Self.letters.firstIndex(of: letter) else { return nil }
    self.init(rawValue: value)
  }

  var letter: String { Self.letters[rawValue] }

  var inverted: Self { Self(rawValue: 2 - rawValue) ?? .no }
}

/// Everything that an expression can be, while some of its parts are known to the toolchain only.
struct TristateRange: Hashable {
  var low: Tristate
  var high: Tristate

  init(_ low: Tristate, _ high: Tristate) {
    self.low = low
    self.high = high
  }

  init(_ value: Tristate) { self.init(value, value) }

  init(_ holds: Bool) { self.init(holds ? .yes : .no) }

  static let unknown = Self(.no, .yes)

  static func && (one: Self, other: Self) -> Self { Self(min(one.low, other.low), min(one.high, other.high)) }

  static func || (one: Self, other: Self) -> Self { Self(max(one.low, other.low), max(one.high, other.high)) }

  static prefix func ! (range: Self) -> Self { Self(range.high.inverted, range.low.inverted) }
}
