package import Model

/// Mirror of Debian packages, as the host's own apt is configured.
package struct DebianMirror: Sendable, Hashable {
  /// The main archive, without a trailing slash.
  package let archive: String
  /// The security archive, without a trailing slash.
  package let security: String

  /// Format that ``init(indexTargets:)`` reads, as `apt-get indextargets --format` takes it.
  static let format = "$(SITE)|$(LABEL)|$(RELEASE)"

  /// Finds the mirror in what `apt-get indextargets` printed, one target a line; nil when Debian is not among them.
  ///
  /// Labels are those of Debian's Release files. Where no list was fetched yet, apt prints `$(LABEL)` as it is,
  /// and the address's last part decides.
  package init?(indexTargets text: String) {
    let targets = text.split(separator: "\n").compactMap(Target.init)
    guard let archive = targets.first(where: \.isArchive)?.site else { return nil }
    self.init(archive: archive, security: targets.first(where: \.isSecurity)?.site)
  }

  /// A mirror named by a person; without a security archive, the same host's `debian-security` is meant.
  package init(archive: String, security: String?) {
    self.archive = withoutSlash(archive)
    self.security = security.map(withoutSlash) ?? Self.sibling(of: withoutSlash(archive))
  }

  // `scheme://host/debian` to `scheme://host/debian-security`.
  private static func sibling(of archive: String) -> String {
    let parts = archive.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.last == "debian" else { return archive + "-security" }
    return (parts.dropLast() + ["debian-security"]).joined(separator: "/")
  }

  /// Refuses what would not stand as one word in a sources list.
  /// - Throws: ``RequestError``.
  package static func check(_ address: String) throws(RequestError) {
    let plain = address.unicodeScalars.allSatisfy {
      (0x21...0x7e).contains($0.value) && !"[]\"#".unicodeScalars.contains($0)
    }
    guard plain, let colon = address.firstIndex(of: ":"), colon > address.startIndex,
      address[colon...].hasPrefix(":/"), address[colon...].count > 2
    else {
      throw RequestError(
        "`\(address)` is no address of a Debian mirror", advice: "It looks like SCHEME://HOST/debian or file:/FOLDER.")
    }
  }
}

private func withoutSlash(_ address: String) -> String {
  var address = address[...]
  while address.hasSuffix("/") { address = address.dropLast() }
  return String(address)
}

// One line in DebianMirror.format.
private struct Target {
  let site: String
  let label: String
  let release: String

  init?(_ line: Substring) {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 3, !fields[0].isEmpty else { return nil }
    (site, label, release) = (withoutSlash(fields[0]), fields[1], fields[2])
  }

  var isArchive: Bool { label == "Debian" || (unlabelled && site.hasSuffix("/debian")) }

  var isSecurity: Bool {
    label == "Debian-Security" || (unlabelled && release.contains("-security") && site.hasSuffix("/debian-security"))
  }

  private var unlabelled: Bool { label.isEmpty || label == "$(LABEL)" }
}
