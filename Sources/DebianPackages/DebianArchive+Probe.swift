import Foundation
import HostTools
import Model

extension DebianArchive {
  /// The mirror asked for, or the one that the host's own apt uses.
  func findMirror() async throws -> DebianMirror {
    let hosts = try await hostMirror()
    if let mirror { return DebianMirror(archive: mirror, security: hosts?.security) }
    if let hosts { return hosts }
    throw LabError(
      "no Debian mirror: this host's apt has no Debian source",
      advice: "Name one: `zlab kernel fetch debian:\(release) --mirror ADDRESS`.")
  }

  private func hostMirror() async throws -> DebianMirror? {
    // The first knows labels, which come with fetched lists; the second works when none was fetched yet.
    for more in [[], ["--no-release-info"]] {
      let arguments = ["indextargets", "--format", DebianMirror.format] + more + ["Created-By: Packages"]
      let targets = try await HostTool("apt-get", arguments, to: "ask the host's apt for its mirror").run()
      if let mirror = DebianMirror(indexTargets: targets.text) { return mirror }
    }
    return nil
  }

  /// Tells a dead network from a release that the mirror does not have, by asking for what every mirror has.
  func checkReachable(_ mirror: DebianMirror, _ failure: ToolOutput) async throws {
    let source = sources(of: mirror)[0]
    if let text = try await releaseFile(of: source), !ReleaseFile(text).names.isEmpty { return }
    // An archive beside the main one has suites of its own: `stable-security`.
    guard try await releaseFile(of: source.renamed("stable" + Self.suffix(of: release))) != nil else {
      throw unreachable(mirror, failure)
    }
    guard !Self.isKnown(release) else {
      throw LabError(
        "the Debian mirror \(mirror.archive) has no readable lists of `\(release)`\n  \(lastWords(failure))",
        advice: "A mirror that is between two states is whole again after a while; `--mirror ADDRESS` names another "
          + "one. A release moved to the archive needs that, too.")
    }
    throw RequestError(
      "the Debian mirror \(mirror.archive) has no release `\(release)`", advice: Self.releaseAdvice(release))
  }

  func unreachable(_ mirror: DebianMirror, _ failure: ToolOutput) -> LabError {
    LabError(
      "cannot reach the Debian mirror \(mirror.archive)\n  \(lastWords(failure))",
      advice: "Check the network and the proxy; `--mirror ADDRESS` names another mirror.")
  }

  /// The Release file that the mirror has now, its signature unchecked; nil when it has none or is out of reach.
  func releaseFile(of source: DebianSource) async throws -> String? {
    let probe = root.appending(path: "probe").path
    defer { unlink(probe) }
    let address = "\(source.site)/dists/\(source.suite)/InRelease"
    let helper = apt(
      "/usr/lib/apt/apt-helper", ["-q"] + Self.impatience + ["download-file", address, probe], to: "probe the mirror")
    guard try await helper.result().code == 0 else { return nil }
    let data = try? FileHandle(forReadingFrom: URL(fileURLWithPath: probe)).read(upToCount: 8 << 20)
    return data.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Options of apt's tools for what is small and asked for again in other ways: a server that hangs costs half a
  /// minute.
  static let impatience = ["Acquire::Retries=1", "Acquire::http::Timeout=10", "Acquire::https::Timeout=10"]
    .flatMap { ["-o", $0] }

  /// Advice for an unknown release: the names that there are, the likeliest first.
  static func releaseAdvice(_ text: String) -> String {
    let meant = likelyRelease(for: text).map { "Did you mean debian:\($0)? " } ?? ""
    return meant + "Releases are \(releases.joined(separator: ", ")), and RELEASE-backports, RELEASE-security and the "
      + "like; a release moved to the archive needs `--mirror ADDRESS`."
  }

  /// The release that an unknown name most likely stands for; nil for one that is known, or like none.
  package static func likelyRelease(for text: String) -> String? {
    isKnown(text) ? nil : similarName(to: text.lowercased(), among: names)
  }

  /// True if Debian has a release of that code name or suite, with or without `-backports` and the like.
  package static func isKnown(_ name: String) -> Bool { names.contains(name) }

  private static var names: [String] {
    releases + releases.flatMap { name in suffixes.map { name + $0 } }
  }

  /// Names that a release may have on the mirror beside its own, when its Release file cannot say: the suites for a code
  /// name, the code names for a suite.
  static func otherNames(of release: String) -> [String] {
    let suffix = suffix(of: release)
    let name = String(release.dropLast(suffix.count))
    let others = suites.contains(name) ? releases.filter { !suites.contains($0) } : suites
    return others.map { $0 + suffix }
  }

  private static let suites = ["stable", "oldstable", "testing", "unstable"]

  /// Releases with kernels that people compare, the oldest first.
  package static let usualReleases = ["bookworm", "trixie", "trixie-backports", "testing", "sid"]

  // Code names since Debian 11 and the names of suites (https://www.debian.org/releases/).
  private static let releases = [
    "bookworm", "trixie", "forky", "sid", "stable", "oldstable", "testing", "unstable", "experimental", "bullseye",
  ]
}
