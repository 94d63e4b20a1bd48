/// A kernel of Debian's as the reports in a log name it.
package struct DebianKernelName: Sendable, Hashable {
  /// `uname -r` of the kernel.
  package let release: String
  /// Version of its package; nil when the report does not print it.
  package let version: String?
  /// In Debian's words, such as `s390x`.
  let architecture: String

  /// - Parameter report: lines of a report, whose `CPU:` line has the version of a distribution's kernel:
  ///   `6.1.0-50-s390x #1  Debian 6.1.176-1` (`dump_stack_print_info()` of lib/dump_stack.c).
  /// - Returns: nil for what is no name of a kernel that Debian builds (debian/config of the source package linux).
  package init?(release: String, report: String) {
    let architectures = [
      "s390x": "s390x", "amd64": "amd64", "arm64": "arm64", "powerpc64le": "ppc64el", "riscv64": "riscv64",
    ]
    guard let flavour = release.split(separator: "-").last, let architecture = architectures[String(flavour)],
      release.wholeMatch(of: #/\d{1,3}\.\d{1,3}[0-9a-z.+~-]{1,80}/#) != nil
    else { return nil }
    self.release = release
    self.architecture = architecture
    version = report.firstMatch(of: #/#\d{1,4} [^\n]{0,60}?\bDebian (\d[0-9A-Za-z.+~-]{1,60})/#).map { String($0.1) }
  }

  /// Package with its debug information.
  package var package: String { "linux-image-\(release)-dbg" }

  /// Releases of Debian that may have it, the likeliest first: `+deb13` is in 13 or its backports, `6.1.0-50` has the form
  /// of names before Debian 13.
  var suites: [String] {
    let codenames = ["10": "buster", "11": "bullseye", "12": "bookworm", "13": "trixie", "14": "forky"]
    if let number = release.firstMatch(of: #/\+deb(\d\d)/#)?.1, let name = codenames[String(number)] {
      // Debian 12 has 6.1 and Debian 13 has 6.12; what is newer there comes from the backports.
      let isOwn = name != "bookworm" && (name != "trixie" || release.hasPrefix("6.12."))
      let both = isOwn ? [name, "\(name)-backports"] : ["\(name)-backports", name]
      return name == "forky" ? [name, "sid"] : both
    }
    if let number = release.firstMatch(of: #/-0\.deb(\d\d)\./#)?.1, let name = codenames[String(number)] {
      return ["\(name)-backports"]
    }
    let old = ["4.19.0-": "buster", "5.10.0-": "bullseye", "6.1.0-": "bookworm"]
    return (old.first { release.hasPrefix($0.key) }.map { [$0.value] } ?? []) + ["sid", "experimental"]
  }
}
