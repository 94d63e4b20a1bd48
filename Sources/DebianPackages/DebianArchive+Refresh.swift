package import Foundation
import HostTools
import Model
import Storage

extension DebianArchive {
  /// Fetches the release's package lists, unless those at hand are younger than `age`, in seconds.
  ///
  /// Without network, or while the mirror is between two states, it goes on with what can be had and says so: with the
  /// lists of the same release under its other name (`stable` for `trixie`), which mirrors may keep in an older state,
  /// or with those at hand. Lists that have expired will do for the release that was asked for.
  /// - Throws: ``RequestError`` for an unknown release, ``LabError`` without lists, or a disk to keep them on.
  package func refresh(olderThan age: TimeInterval = 3600, progress: (String) -> Void = { _ in }) async throws {
    try await locked { try await refreshUnlocked(olderThan: age, progress: progress) }
  }

  func refreshUnlocked(olderThan age: TimeInterval, progress: (String) -> Void) async throws {
    if let last = lastRefresh(anyMirror: age == .infinity), abs(last.timeIntervalSinceNow) < age { return }
    let mirror = try await findMirror()
    let list = root.appending(path: "sources.list")
    let earlier = try? Data(contentsOf: list)
    do {
      let sources = sources(of: mirror)
      try await writeRoot(sources)
      progress("refreshing the lists of Debian \(release) from \(mirror.archive)")
      try await fetchLists(sources, mirror, progress)
    } catch {
      // apt finds lists by the sources that they came from, perhaps another mirror.
      try? earlier?.write(to: list)
      // Nothing stays of a release that was never there.
      let stamp = root.appending(path: "refreshed").path
      if !FileManager.default.fileExists(atPath: stamp) { try? FileManager.default.removeItem(at: root) }
      throw error
    }
  }

  private func fetchLists(
    _ sources: [DebianSource], _ mirror: DebianMirror, _ progress: (String) -> Void
  ) async throws {
    let whole = try await update(sources, cleanup: true)
    if whole.code != 0 {
      try checkSpace(whole)
      do { try await fetchOneByOne(sources, mirror, progress) } catch let error as LabError {
        guard let last = lastRefresh(anyMirror: false) else { throw error }
        progress("\(error.problem.split(separator: "\n")[0]); going on with those of \(day(last))")
        return
      }
    }
    try includeAll()
    try write((mirrorWish ?? "") + "\n", to: "refreshed")
    if let end = dates(of: sources[0]).validUntil, end < Date() {
      progress("the lists of Debian \(release) have expired on \(day(end)); using them all the same")
    }
  }

  // A mirror between two states, or one without a security archive, still has some of it.
  private func fetchOneByOne(
    _ sources: [DebianSource], _ mirror: DebianMirror, _ progress: (String) -> Void
  ) async throws {
    var used: [DebianSource] = []
    for source in sources {
      let output = try await update([source], cleanup: false)
      if output.code == 0 {
        used.append(source)
      } else if let other = try await fetchOther(than: source) {
        let date = dates(of: other).date.map { ", of \(day($0))" } ?? ""
        progress("the lists of \(source.suite) are out of step on the mirror; taking those of \(other.suite)\(date)")
        used += [source, other]
      } else if source == sources[0] {
        try await explain(output, mirror)
      } else {
        progress("the mirror has no lists of \(source.suite) that fit together; going on without")
      }
    }
    try write(used, to: "sources.list")
  }

  private func explain(_ failure: ToolOutput, _ mirror: DebianMirror) async throws {
    try await checkReachable(mirror, failure)
    throw LabError(
      "cannot refresh the lists of Debian \(release) from \(mirror.archive)\n  \(lastWords(failure))",
      advice:
        "If apt complains of a signature, `apt-get install debian-archive-keyring` brings newer keys. A mirror that "
        + "is between two states is whole again after a while; `--mirror ADDRESS` names another one.")
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

  // Lists and apt's index of them take some 150 MB; a full disk looks like a failed download to apt.
  private func checkSpace(_ failure: ToolOutput) throws(LabError) {
    guard let free = freeSpace(at: root.path), free < 150 << 20 else { return }
    throw LabError(
      "cannot keep the lists of Debian \(release): \(root.path) has \(free >> 20) MB left\n  \(lastWords(failure))",
      advice: "They require 150 MB; set ZLAB_HOME to move the cache to another disk.")
  }
}

func day(_ date: Date) -> String { date.formatted(.iso8601.year().month().day()) }

func lastWords(_ failure: ToolOutput) -> String {
  failure.stderr.split(separator: "\n").suffix(3).joined(separator: "\n  ")
}
