import Glibc

/// A pass over the bytes of a text that is redacted.
struct RedactionScan {
  /// Kind of address that a token is compared with.
  enum Address {
    case ip, mac
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let format: Redaction.Format
  private var at = 0
  private(set) var result: [UInt8] = []

  // Words before a command line in logs of the kernel, audit and sudo; it goes on to the end of its line.
  private static let commandLines = [
    "Kernel command line: ", "Command line: ", "COMMAND=", "proctitle=", "cmdline=",
  ].map { Array($0.utf8) }
  private static let homes = ["/home/", "\\/home\\/"].map { Array($0.utf8) }

  init(bytes: UnsafeBufferPointer<UInt8>, format: Redaction.Format) {
    (self.bytes, self.format) = (bytes, format)
    result.reserveCapacity(bytes.count)
  }

  var isAtEnd: Bool { at >= bytes.count }

  /// A name may begin here: words are passed as a whole.
  var isAtWord: Bool { isWord(at) }

  /// The longest text from here that may be one name: letters, digits, dots, dashes and colons.
  var token: Range<Int> {
    var end = at
    while end < bytes.count, end - at < 256, isWord(end) || [0x2D, 0x2E, 0x3A].contains(bytes[end]) { end += 1 }
    return at..<end
  }

  /// Prefixes of a token that end where a word does.
  func ends(of token: Range<Int>) -> [Range<Int>] {
    (token.lowerBound + 1..<token.upperBound + 1).filter { isWord($0 - 1) && !isWord($0) }.map { at..<$0 }
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  mutating func put(_ text: String) { result += Array(text.utf8) }

  mutating func skip(_ length: Int) { at += length }

  mutating func copy(_ length: Int) {
    result += bytes[at..<min(at + length, bytes.count)]
    at += length
  }

  mutating func copyWord() {
    var end = at
    while isWord(end) { end += 1 }
    copy(end - at)
  }

  // MARK: Escapes

  /// Copies an escape of JSON or of a terminal, whose letters belong to no word.
  mutating func copyEscape() -> Bool {
    if bytes[at] == 0x1B, at + 1 < bytes.count, bytes[at + 1] == 0x5B {
      let final = bytes[(at + 2)...].firstIndex { (0x40...0x7E).contains($0) } ?? bytes.count - 1
      copy(final + 1 - at)
      return true
    }
    guard format == .json, bytes[at] == 0x5C, !isAt(Self.homes[1]) else { return false }
    copy(at + 1 < bytes.count && bytes[at + 1] == 0x75 ? 6 : 2)
    return true
  }

  // MARK: What begins here

  /// Copies `/home/` and takes the name behind it; nil when none is here.
  mutating func takeHomeOwner() -> String? {
    guard let home = Self.homes.first(where: { isAt($0) }) else { return nil }
    copy(home.count)
    var end = at
    while isWord(end) || (end < bytes.count && [0x2D, 0x2E].contains(bytes[end])) { end += 1 }
    defer { at = end }
    return text(at..<end)
  }

  /// Copies what announces a command line and skips the line; false when none is here.
  mutating func takeCommandLine() -> Bool {
    guard let marker = Self.commandLines.first(where: { isAt($0) }) else { return false }
    copy(marker.count)
    while at < bytes.count, !isEndOfLine { at += format == .json && bytes[at] == 0x5C ? 2 : 1 }
    at = min(at, bytes.count)
    return true
  }

  /// Copies `ssh://` and takes the user and host behind it; nil when none is here.
  mutating func takeAuthority() -> String? {
    let marker = Array("ssh://".utf8)
    guard isAt(marker) else { return nil }
    copy(marker.count)
    var end = at
    while end < bytes.count, isWord(end) || [0x2D, 0x2E, 0x3A, 0x40, 0x5B, 0x5D].contains(bytes[end]) { end += 1 }
    defer { at = end }
    return text(at..<end)
  }

  /// An address that is here; nil for none, for those that each machine has, and for a part of a version.
  func address(_ kind: Address) -> String? {
    if at > 0, [0x2D, 0x2E].contains(bytes[at - 1]) { return nil }
    switch kind {
    case .mac: return mac
    case .ip: return ipv4 ?? ipv6
    }
  }

  private var mac: String? {
    guard let text = run(where: { isHex($0) || $0 == 0x3A }) else { return nil }
    let groups = text.split(separator: ":", omittingEmptySubsequences: false)
    let isOne = groups.count == 6 && groups.allSatisfy { $0.utf8.count == 2 }
    return isOne ? String(text) : nil
  }

  // RFC 791.
  private var ipv4: String? {
    guard let name = run(where: { (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
    let groups = name.split(separator: ".", omittingEmptySubsequences: false)
    guard groups.count == 4, groups.allSatisfy({ $0.utf8.count <= 3 && UInt8($0) != nil }) else { return nil }
    return groups[0] == "127" || name == "0.0.0.0" ? nil : String(name)
  }

  // RFC 4291, as inet_pton(3) reads it.
  private var ipv6: String? {
    guard let name = run(where: { isHex($0) || $0 == 0x3A || $0 == 0x2E }) else { return nil }
    var address = in6_addr()
    guard name.utf8.count(where: { $0 == 0x3A }) >= 2, inet_pton(AF_INET6, String(name), &address) == 1 else {
      return nil
    }
    return name == "::" || name == "::1" ? nil : String(name)
  }

  // Bytes of one kind from here, without a sentence's mark behind them; nil if a word goes on.
  private func run(where belongs: (UInt8) -> Bool) -> Substring? {
    var end = at
    while end < bytes.count, end - at < 64, belongs(bytes[end]) { end += 1 }
    guard !isWord(end), end == bytes.count || bytes[end] != 0x2D else { return nil }
    let run = text(at..<end)[...]
    return run.hasSuffix("::") ? run : run.hasSuffix(".") || run.hasSuffix(":") ? run.dropLast() : run
  }

  /// Length of a host's name with the domain behind it, where one of two labels or more is there.
  func lengthWithDomain(_ length: Int) -> Int {
    var (end, labels) = (at + length, 0)
    while end + 1 < bytes.count, bytes[end] == 0x2E, isWord(end + 1) {
      end += 1
      while isWord(end) || (end < bytes.count && bytes[end] == 0x2D) { end += 1 }
      labels += 1
    }
    return labels >= 2 ? end - at : length
  }

  // MARK: Bytes

  private var isEndOfLine: Bool {
    switch format {
    case .text: bytes[at] == 0x0A
    case .json:
      bytes[at] == 0x22
        || (bytes[at] == 0x5C && at + 1 < bytes.count && [0x6E, 0x72].contains(bytes[at + 1]))
    case .markup: bytes[at] == 0x0A || bytes[at] == 0x3C
    }
  }

  private func isAt(_ text: [UInt8]) -> Bool {
    bytes.count - at >= text.count && text.indices.allSatisfy { bytes[at + $0] == text[$0] }
  }

  private func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  // Letters and digits of ASCII, the underscore, and whatever is not ASCII.
  private func isWord(_ place: Int) -> Bool {
    guard place < bytes.count else { return false }
    let byte = bytes[place]
    return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      || byte >= 0x80
  }
}
