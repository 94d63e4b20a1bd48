import Glibc

/// Replaces host names, user names, addresses and command lines in texts that leave the house.
///
/// Within one redaction a name has one replacement: `host-1`, `user-1`, `ip-1`, `mac-1`. Of command lines nothing stays.
package struct Redaction {
  /// Format of a text, which says what ends a line and how a slash is written.
  package enum Format: Sendable {
    case text, json, markup
  }

  private enum Kind: String {
    case host, user, ip, mac
  }

  private struct Name {
    var kind: Kind
    /// Key of its replacement: a host has one replacement with its domain and without.
    var short: String
  }

  private var known: [String: Name] = [:]
  private var replacements: [String: String] = [:]
  private var counts: [Kind: Int] = [:]

  /// - Parameters:
  ///   - hosts: names to replace, with or without a domain.
  ///   - users: login names; those of home directories are found in the text.
  package init(hosts: some Sequence<String>, users: some Sequence<String>) {
    for user in users where !Self.isCommon(user) {
      known[user.lowercased()] = Name(kind: .user, short: user)
    }
    for host in hosts where !Self.isCommon(host) {
      let labels = inet_addr(host) == INADDR_NONE ? host.lowercased().split(separator: ".") : [host[...]]
      guard let short = labels.first.map(String.init) else { continue }
      known[short] = Name(kind: .host, short: short)
      known[host.lowercased()] = known[short]
      // Not the last two labels, which are in everybody's mail addresses.
      for count in 3..<max(3, labels.count) {
        let domain = labels.suffix(count).joined(separator: ".")
        known[domain] = Name(kind: .host, short: domain)
      }
    }
  }

  // Names that each machine has.
  private static func isCommon(_ name: String) -> Bool {
    name.isEmpty || ["root", "nobody", "localhost", "localhost.localdomain"].contains(name.lowercased())
  }

  /// The text with replacements; names that are met for the first time get the next number.
  package mutating func redact(_ text: String, as format: Format = .text) -> String {
    var text = text
    return text.withUTF8 { bytes in
      var scan = RedactionScan(bytes: bytes, format: format)
      while !scan.isAtEnd { step(&scan) }
      return String(decoding: scan.result, as: UTF8.self)
    }
  }

  private mutating func step(_ scan: inout RedactionScan) {
    if scan.copyEscape() { return }
    if let name = scan.takeHomeOwner() {
      return scan.put(Self.isCommon(name) ? name : replacement(name, .user))
    }
    guard scan.isAtWord else { return scan.copy(1) }
    if scan.takeCommandLine() { return scan.put("[redacted]") }
    if let host = scan.takeAuthority() { return scan.put(replacement(host, .host)) }
    if let address = scan.address(.mac) { return replace(address, .mac, &scan) }
    if let address = scan.address(.ip) { return replace(address, .ip, &scan) }
    let token = scan.token
    for end in scan.ends(of: token).reversed() {
      let name = scan.text(end)
      guard let known = known[name.lowercased()] else { continue }
      scan.skip(known.kind == .host ? scan.lengthWithDomain(name.utf8.count) : name.utf8.count)
      return scan.put(replacement(known.short, known.kind))
    }
    scan.copyWord()
  }

  private mutating func replace(_ name: String, _ kind: Kind, _ scan: inout RedactionScan) {
    scan.skip(name.utf8.count)
    scan.put(replacement(name, kind))
  }

  private mutating func replacement(_ name: String, _ kind: Kind) -> String {
    let key = name.lowercased()
    if let known = replacements[key] { return known }
    counts[kind, default: 0] += 1
    let new = "\(kind.rawValue)-\(counts[kind] ?? 1)"
    replacements[key] = new
    return new
  }
}
