/// The kernels that a part of a fragment is for, from a directive such as `#: since 6.6 before 6.10`.
struct VersionBounds: Hashable {
  /// The first version that belongs to them.
  var since: KernelVersion?
  /// The first version behind them.
  var before: KernelVersion?

  static let always = Self()
  static let forms = "`#: always`, `#: since 6.6`, `#: before 6.2` or `#: since 6.2 before 6.10`"

  func hold(_ version: KernelVersion) -> Bool {
    if let since, version < since { return false }
    if let before, version >= before { return false }
    return true
  }
}

extension VersionBounds {
  /// Reads what follows `#:`; nil for anything but the ``forms``, and for bounds that no version meets.
  init?(directive text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 2, words[0].isEmpty else { return nil }
    if words.count == 2, words[1] == "always" {
      self = .always
      return
    }
    self.init()
    for pair in stride(from: 1, to: words.count, by: 2) {
      guard pair + 1 < words.count, let version = KernelVersion(words[pair + 1]) else { return nil }
      switch words[pair] {
      case "since" where pair == 1: since = version
      case "before" where before == nil: before = version
      default: return nil
      }
    }
    if let since, let before, since >= before { return nil }
  }
}
