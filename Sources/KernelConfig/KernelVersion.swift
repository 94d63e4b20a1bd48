/// A kernel's version, ordered and compared by its three numbers alone: 6.2-rc1 counts as 6.2.
package struct KernelVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The Makefile's VERSION.
  package let major: Int
  /// The Makefile's PATCHLEVEL.
  package let minor: Int
  /// The Makefile's SUBLEVEL; 0 when it is not written.
  package let patch: Int
  /// The Makefile's EXTRAVERSION, such as `-rc3`; mostly empty.
  package let extra: String

  package init(major: Int, minor: Int, patch: Int = 0, extra: String = "") {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.extra = extra
  }

  /// Reads `6.6` or `6.6.12`; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Self.number($0) }
    guard (2...3).contains(parts.count), numbers.count == parts.count else { return nil }
    self.init(major: numbers[0], minor: numbers[1], patch: numbers.count > 2 ? numbers[2] : 0)
  }

  /// Reads the variables at the top of a tree's first Makefile; nil when VERSION or PATCHLEVEL is no number.
  package init?(makefile: String) {
    var variables: [String: Substring] = [:]
    // They are its first lines, below the licence.
    for line in makefile.prefix(4096).split(separator: "\n") {
      let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, let name = sides[0].split(separator: " ").first, variables[String(name)] == nil else {
        continue
      }
      variables[String(name)] = sides[1].split(separator: " ").first ?? ""
    }
    guard let major = variables["VERSION"].flatMap(Self.number),
      let minor = variables["PATCHLEVEL"].flatMap(Self.number)
    else { return nil }
    let patch = variables["SUBLEVEL"].flatMap(Self.number) ?? 0
    let extra = String(variables["EXTRAVERSION"] ?? "").escaped(limit: 40)
    self.init(major: major, minor: minor, patch: patch, extra: extra)
  }

  package var description: String { "\(major).\(minor).\(patch)\(extra)" }

  package static func < (one: Self, other: Self) -> Bool {
    (one.major, one.minor, one.patch) < (other.major, other.minor, other.patch)
  }

  package static func == (one: Self, other: Self) -> Bool {
    (one.major, one.minor, one.patch) == (other.major, other.minor, other.patch)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(major)
    hasher.combine(minor)
    hasher.combine(patch)
  }

  private static func number(_ text: some StringProtocol) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else { return nil }
    return Int(text)
  }
}
