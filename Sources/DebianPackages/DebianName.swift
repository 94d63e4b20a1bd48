package import Model

/// Name of the form `debian:RELEASE` or `debian:RELEASE=VERSION` names: a folder below a mirror's `dists`, and a
/// package's version.
package struct DebianName: Sendable, Hashable, CustomStringConvertible {
  /// For instance `trixie`, `testing` or `trixie-backports`; for a source also a kernel's version, such as `6.1`.
  package let release: String
  /// A package's version, for instance `6.12.107-1`; nil for the newest that can be had.
  package let version: String?

  /// Reads such a name; nil when it does not begin with `debian:`.
  /// - Throws: ``RequestError`` when what follows can be neither.
  package init?(_ text: String) throws(RequestError) {
    guard text.hasPrefix("debian:") else { return nil }
    let parts = text.dropFirst("debian:".count).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    release = String(parts[0])
    version = parts.count == 2 ? String(parts[1]) : nil
    guard isPackageName(release), release.utf8.count <= 64 else {
      let small = release.lowercased()
      if DebianArchive.isKnown(small) {
        throw RequestError("'\(text)' names no release of Debian", advice: "Did you mean debian:\(small)?")
      }
      throw RequestError(
        "'\(text)' names no release of Debian", advice: "For instance debian:trixie, or debian:trixie=6.12.107-1.")
    }
    // Debian Policy 5.6.12.
    if let version, version.wholeMatch(of: /[0-9][A-Za-z0-9.+:~-]{0,100}/) == nil {
      throw RequestError("'\(version)' is no version of a Debian package", advice: "For instance 6.12.107-1.")
    }
  }

  package var description: String { "debian:" + release + (version.map { "=" + $0 } ?? "") }
}
