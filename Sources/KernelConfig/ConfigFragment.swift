package import Model

/// A small file of options that serve one purpose, some of them for certain kernels only.
package struct ConfigFragment: Sendable, Hashable {
  /// Name for users, mostly its path.
  package let name: String
  /// Its first comment, when that stands above all options: what the fragment is for.
  package let purpose: String?
  let settings: [Setting]

  struct Setting: Hashable {
    var option: String
    var value: ConfigValue
    var bounds: VersionBounds
    var line: Int
  }

  /// The largest fragment that is read, in bytes; a whole `.config` has some 300 thousand.
  package static let cap = 1 << 20

  // `conf` itself has no limit; the kernel's longest line is a command line of 4096 characters.
  private static let longestLine = 8192

  /// Reads assignments, `# CONFIG_X is not set`, comments, blank lines, and directives `#: since 6.6 before 6.10`.
  ///
  /// A directive holds for the lines below it, up to the next one. Lines above the first are for every kernel.
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: for complaints and notes.
  /// - Throws: ``RequestError`` with file, line and text for any other line, and for a file above ``cap``.
  package init(parsing bytes: [UInt8], name: String) throws(RequestError) {
    guard bytes.count <= Self.cap else {
      throw RequestError(
        "\(name.escaped(limit: 300)) is larger than the \(Self.cap >> 20) MiB that a configuration fragment can have")
    }
    var reader = FragmentReader(name: name)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      guard line.count <= Self.longestLine else {
        throw RequestError(
          "\(name.escaped(limit: 300)):\(index + 1): the line is longer than \(Self.longestLine) bytes")
      }
      try reader.read(line.trimmedEnd, number: index + 1)
    }
    self.name = name
    purpose = reader.purpose
    settings = reader.settings
  }

  /// True if it asks for an option, in any kernel.
  /// - Parameter option: without `CONFIG_`.
  package func enables(_ option: String) -> Bool {
    settings.contains { $0.option == option && [.yes, .module].contains($0.value) }
  }
}

private struct FragmentReader {
  let name: String
  private(set) var purpose: String?
  private(set) var settings: [ConfigFragment.Setting] = []
  private var bounds = VersionBounds.always

  init(name: String) { self.name = name }

  mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(RequestError) {
    guard let text = String(validating: line, as: UTF8.self), !line.contains(where: { $0 < 0x20 && $0 != 0x09 }) else {
      throw wrong(line, number, "is no plain text", advice: nil)
    }
    if text.hasPrefix("#:") {
      guard let bounds = VersionBounds(directive: String(text.dropFirst(2))) else {
        throw wrong(line, number, "is no version directive", advice: "Write \(VersionBounds.forms).")
      }
      self.bounds = bounds
      return
    }
    switch ConfigLine(line) {
    case .blank: break
    case .comment(let text): note(text)
    case .setting(let option, let value):
      settings.append(.init(option: option, value: value, bounds: bounds, line: number))
    case nil:
      let advice = "Write CONFIG_X=y, =m, =n, =\"text\", a number, `# CONFIG_X is not set`, or a comment."
      throw wrong(line, number, "is no setting of an option", advice: advice)
    }
  }

  private mutating func note(_ comment: String) {
    // A licence line is for machines.
    guard purpose == nil, settings.isEmpty, !comment.isEmpty, !comment.hasPrefix("SPDX-") else { return }
    purpose = comment
  }

  private func wrong(_ line: ArraySlice<UInt8>, _ number: Int, _ what: String, advice: String?) -> RequestError {
    let text = String(decoding: line, as: UTF8.self).escaped()
    return RequestError("\(name.escaped(limit: 300)):\(number): `\(text)` \(what)", advice: advice)
  }
}
