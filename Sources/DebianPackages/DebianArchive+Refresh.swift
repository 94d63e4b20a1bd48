import Folders
package import Foundation
import HostTools
import Records

extension DebianArchive {
  /// Fetches the release's package lists, unless those at hand are younger than `age`, in seconds.
  ///
  /// Without network, or while the mirror is between two states, it goes on with those at hand and says so.
  /// - Throws: ``RequestError`` for an unknown release, ``LabError`` without lists, or a disk to keep them on.
  package func refresh(olderThan age: TimeInterval = 3600, progress: (String) -> Void = { _ in }) async throws {
    try await locked { try await refreshUnlocked(olderThan: age, progress: progress) }
  }

  func refreshUnlocked(olderThan age: TimeInterval, progress: (String) -> Void) async throws {
    if let last = lastRefresh(anyMirror: age == .infinity), abs(last.timeIntervalSinceNow) < age { return }
    let mirror = try await findMirror()
    let sources = ["sources.list", "main.list"].map { root.appending(path: $0) }
    let earlier = sources.map { try? Data(contentsOf: $0) }
    do {
      try await writeRoot(mirror)
      progress("refreshing the lists of Debian \(release) from \(mirror.archive)")
      try await fetchLists(mirror, progress)
    } catch {
      // apt finds lists by the sources that they came from, perhaps another mirror.
      for (file, data) in zip(sources, earlier) { try? data?.write(to: file) }
      throw error
    }
  }

  private func fetchLists(_ mirror: DebianMirror, _ progress: (String) -> Void) async throws {
    let whole = try await update(sources: "sources.list", cleanup: true)
    if whole.code != 0 {
      guard try await updateMainAlone(mirror, after: whole, progress: progress) else { return }
    }
    try includeAll()
    try write((mirrorWish ?? "") + "\n", to: "refreshed")
  }

  // When the lists were fetched; nil when never, or from another mirror than the one asked for.
  private func lastRefresh(anyMirror: Bool) -> Date? {
    let stamp = root.appending(path: "refreshed")
    guard let text = try? String(contentsOf: stamp, encoding: .utf8) else { return nil }
    guard text == (mirrorWish ?? "") + "\n" || (anyMirror && mirror == nil) else { return nil }
    // A cache that was moved has a configuration that leads elsewhere.
    guard let configuration = try? String(contentsOf: root.appending(path: "apt.conf"), encoding: .utf8),
      configuration.hasPrefix("Dir \"\(root.path)/\";\n")
    else { return nil }
    return (try? FileManager.default.attributesOfItem(atPath: stamp.path))?[.modificationDate] as? Date
  }

  private var mirrorWish: String? { mirror.map { DebianMirror(archive: $0, security: nil).archive } }

  private func update(sources: String, cleanup: Bool) async throws -> ToolOutput {
    let arguments = [
      "update", "-q", "--error-on=any", "-o", "APT::Get::List-Cleanup=\(cleanup)",
      "-o", "Dir::Etc::sourcelist=\(root.appending(path: sources).path)",
    ]
    return try await apt("apt-get", arguments, to: "refresh the lists of Debian \(release)").result()
  }

  /// The mirror asked for, or the one that the host's own apt uses.
  func findMirror() async throws -> DebianMirror {
    let hosts = try await hostMirror()
    if let mirror { return DebianMirror(archive: mirror, security: hosts?.security) }
    if let hosts { return hosts }
    throw LabError(
      "cannot tell which Debian mirror to use: this host's apt has no source of Debian",
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

  // A mirror caught in mid-sync, or one without a security archive, still has the release itself; false when it has not,
  // and the lists stay as they were.
  private func updateMainAlone(
    _ mirror: DebianMirror, after failure: ToolOutput, progress: (String) -> Void
  ) async throws -> Bool {
    do {
      try checkSpace(failure)
      do { try await refreshMain(mirror, failure) } catch let error as LabError {
        guard let last = lastRefresh(anyMirror: false) else { throw error }
        let reason = error.problem.split(separator: "\n")[0]
        progress("\(reason); going on with those of \(last.formatted(.iso8601.year().month().day()))")
        return false
      }
    } catch {
      // Nothing stays of a release that was never there.
      let stamp = root.appending(path: "refreshed").path
      if !FileManager.default.fileExists(atPath: stamp) { try? FileManager.default.removeItem(at: root) }
      throw error
    }
    progress("the lists of \(release)-updates or \(release)-security are out of step on the mirror; going on without")
    return true
  }

  private func refreshMain(_ mirror: DebianMirror, _ failure: ToolOutput) async throws {
    try await checkReachable(mirror, failure)
    let main = try await update(sources: "main.list", cleanup: false)
    guard main.code != 0 else { return }
    throw LabError(
      "cannot refresh the lists of Debian \(release) from \(mirror.archive)\n  \(lastWords(main))",
      advice:
        "If apt complains of a signature, `apt-get install debian-archive-keyring` brings newer keys. A mirror that "
        + "is between two states is whole again after a while; `--mirror ADDRESS` names another one.")
  }

  // Asks the mirror for a release that every mirror has, rather than reading apt's words.
  private func checkReachable(_ mirror: DebianMirror, _ failure: ToolOutput) async throws {
    if try await has(suite: release, on: mirror) { return }
    guard try await has(suite: "stable", on: mirror) else {
      throw unreachable(mirror, failure)
    }
    throw RequestError(
      "the Debian mirror \(mirror.archive) has no release `\(release)`",
      advice: "Code names are meant: bookworm, trixie; for a release moved to the archive, add `--mirror ADDRESS`.")
  }

  // Lists and apt's index of them take some 150 MB; a full disk looks like a failed download to apt.
  private func checkSpace(_ failure: ToolOutput) throws(LabError) {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: root.path)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value, free < 150 << 20 else { return }
    throw LabError(
      "cannot keep the lists of Debian \(release): \(root.path) has \(free >> 20) MB left\n  \(lastWords(failure))",
      advice: "They need 150 MB; ZLAB_HOME moves the cache to another disk.")
  }

  private func lastWords(_ failure: ToolOutput) -> String {
    failure.complaint.split(separator: "\n").suffix(3).joined(separator: "\n  ")
  }

  func unreachable(_ mirror: DebianMirror, _ failure: ToolOutput) -> LabError {
    LabError(
      "cannot reach the Debian mirror \(mirror.archive)\n  \(lastWords(failure))",
      advice: "Check the network and the proxy; `--mirror ADDRESS` names another mirror.")
  }

  func has(suite: String, on mirror: DebianMirror) async throws -> Bool {
    let probe = root.appending(path: "probe").path
    defer { unlink(probe) }
    let address = "\(mirror.archive)/dists/\(suite)/InRelease"
    let helper = apt("/usr/lib/apt/apt-helper", ["-q", "download-file", address, probe], to: "probe the mirror")
    return try await helper.result().code == 0
  }
}
