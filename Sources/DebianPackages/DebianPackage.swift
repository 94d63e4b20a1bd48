package import Foundation

/// One version of one package, as the archive's signed lists describe it.
package struct DebianPackage: Sendable, Hashable {
  /// As `apt` takes it, for instance `busybox-static`.
  package let name: String
  /// With epoch and revision, for instance `1:1.35.0-4+deb12u1`.
  package let version: String
  /// For instance `s390x`, or `all`.
  package let architecture: String
  /// The source package that it was built from, for instance `linux`.
  package let source: String
  /// Of the `.deb` file, in bytes; 0 when the lists do not say.
  package let size: Int
  /// 64 hex digits over the `.deb` file.
  package let sha256: String
  /// The names that its `Depends` field begins with, alternatives and versions left out.
  package let depends: [String]
  /// Location of the `.deb` file, or will lie once downloaded.
  package let file: URL

  /// Reads the stanzas that `apt-cache show` prints; those that lack a field are left out.
  /// - Parameter pool: the folder that downloaded files are kept under.
  static func packages(in text: String, pool: URL) -> [DebianPackage] {
    text.replacing("\r", with: "").split(separator: "\n\n").compactMap { DebianPackage(stanza: $0, pool: pool) }
  }

  private init?(stanza: Substring, pool: URL) {
    var fields: [Substring: Substring] = [:]
    for line in stanza.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), line.first != " " else { continue }
      fields[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == " " }
    }
    guard let name = fields["Package"], let version = fields["Version"], let architecture = fields["Architecture"],
      let sha256 = fields["SHA256"], sha256.count == 64, sha256.allSatisfy(\.isHexDigit),
      isPackageName(name)
    else { return nil }
    self.name = String(name)
    self.version = String(version)
    self.architecture = String(architecture)
    // `Source: linux (6.1.176-1)` where the versions differ.
    source = (fields["Source"] ?? name).split(separator: " ").first.map(String.init) ?? String(name)
    size = fields["Size"].flatMap { Int($0) }.map { max(0, $0) } ?? 0
    self.sha256 = sha256.lowercased()
    depends = (fields["Depends"] ?? "").split(separator: ",").compactMap { clause in
      clause.split(whereSeparator: { " |:(".contains($0) }).first.map(String.init)
    }
    file = pool.appending(path: self.sha256).appending(path: "\(name).deb")
  }
}

/// Debian's own rule (Policy 5.6.1), which also keeps options and paths out of command lines.
func isPackageName(_ text: some StringProtocol) -> Bool {
  guard text.count >= 2, let first = text.unicodeScalars.first, isLowerOrDigit(first) else { return false }
  return text.unicodeScalars.allSatisfy { isLowerOrDigit($0) || "+-.".unicodeScalars.contains($0) }
}

private func isLowerOrDigit(_ scalar: Unicode.Scalar) -> Bool {
  ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
}
