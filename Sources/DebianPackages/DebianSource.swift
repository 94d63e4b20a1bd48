/// One suite of a Debian archive, as a line of a sources list names it.
struct DebianSource: Sendable, Hashable {
  /// The archive's address, without a trailing slash.
  var site: String
  /// The folder below `dists`, for instance `trixie-backports`.
  var suite: String
  /// True if lists that have expired will do (`Valid-Until` of the Release file); their signature is checked all the
  /// same.
  var mayBeExpired: Bool

  /// The source under another of its release's names.
  func renamed(_ suite: String) -> DebianSource { DebianSource(site: site, suite: suite, mayBeExpired: true) }

  /// The line, in the one-line style of sources.list(5).
  func line(architecture: String, keyring: String) -> String {
    let options = "arch=\(architecture) signed-by=\(keyring)" + (mayBeExpired ? " check-valid-until=no" : "")
    return "deb [\(options)] \(site) \(suite) main\n"
  }
}

extension DebianArchive {
  /// Suffixes of suites that add to a release.
  static let suffixes = ["-security", "-updates", "-proposed-updates", "-backports", "-backports-sloppy"]

  /// The suffix of a suite that adds to a release; empty for a release.
  static func suffix(of name: String) -> String { suffixes.first { name.hasSuffix($0) } ?? "" }

  /// The release that was asked for comes first, and is the only one that must be there; then come its updates and its
  /// security archive. A suite such as `trixie-backports` stands alone, and so does what is uploaded to directly.
  func sources(of mirror: DebianMirror) -> [DebianSource] {
    let site = release.hasSuffix("-security") ? mirror.security : mirror.archive
    let main = DebianSource(site: site, suite: release, mayBeExpired: true)
    let isAlone =
      ["sid", "unstable", "experimental", "rc-buggy"].contains(release)
      || !Self.suffix(of: release).isEmpty
    if isAlone { return [main] }
    return [
      main, DebianSource(site: mirror.archive, suite: release + "-updates", mayBeExpired: false),
      DebianSource(site: mirror.security, suite: release + "-security", mayBeExpired: false),
    ]
  }
}
