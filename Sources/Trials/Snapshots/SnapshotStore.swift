import Dmesg
import Foundation
package import Guest
import HostTools
package import Model
package import Storage

/// The guests in the cache from which fresh ones are made: each booted once, without a function, and saved.
package struct SnapshotStore: Sendable {
  private let root: URL
  private let budget: Int

  /// - Parameter budget: bytes on the disk that saved guests may take together, beside those that are in use.
  package init(_ folders: Locations, budget: Int = 4 << 30) {
    root = folders.cache.appending(path: "guests")
    self.budget = budget
  }

  /// The guest that fits a spec, saved now unless it is in the cache; it stays there while the value lives.
  ///
  /// - Parameters:
  ///   - spec: its name, console, folder and memory are of no concern.
  ///   - origin: what it is made of, as hashes: kernel, image, QEMU's version. One that differs in any is another guest.
  ///   - onBoot: told when it has to be made.
  /// - Throws: `LabError` when it cannot be made, `CancellationError`.
  package func guest(
    for spec: GuestSpec, origin: [String], on host: any GuestHost, onBoot: () -> Void = {}
  ) async throws -> SnapshotLease {
    let folder = root.appending(path: try await key(spec, origin))
    let saved = Snapshot(folder: folder.path)
    try makeFolder(root)
    // Before it is looked at: from here on whoever makes room leaves it alone.
    let held = SnapshotLease(saved, try await FileLock.sharing(useLock(of: saved)))
    if await SnapshotStamp.fits(saved) {
      markUsed(folder)
      return held
    }
    // Whoever comes second finds what the first one made.
    let lock = try await FileLock.waiting(for: folder.path + ".lock")
    if await !SnapshotStamp.fits(saved) {
      onBoot()
      try await make(saved, spec, on: host)
      makeRoom()
    }
    _ = consume lock
    return held
  }

  /// Forgets a guest that is of no use, so that it is made anew; guests that were made from it go on.
  package func discard(_ saved: Snapshot) { try? removeAtOnce(saved.folder) }

  /// Takes a guest away unless somebody uses it.
  /// - Returns: whether it is gone.
  /// - Throws: `LabError` when the disk refuses.
  @discardableResult
  package func remove(_ item: CacheItem) throws(LabError) -> Bool {
    let saved = Snapshot(folder: item.path)
    guard let lock = try FileLock(ifFree: useLock(of: saved)) else { return false }
    do { try removeAtOnce(saved.folder) } catch { throw LabError("cannot remove \(saved.folder): \(reason(error))") }
    // Nobody waits for them: who makes a guest holds it.
    for file in [saved.folder + ".lock", useLock(of: saved)] { unlink(file) }
    _ = consume lock
    return true
  }

  /// Takes away what was not used for longest, until the rest is within the budget.
  private func makeRoom() {
    sweepDrafts(under: root)
    let items = cacheItems.sorted { $0.used < $1.used }
    var total = items.map(\.size).reduce(0, +)
    for item in items where total > budget {
      if (try? remove(item)) == true { total -= item.size }
    }
  }

  private func useLock(of saved: Snapshot) -> String { saved.folder + ".use" }

  /// Saved guests in the store, for pruning.
  package var cacheItems: [CacheItem] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.filter { $0.count == 64 }.map { name in
      CacheItem(kind: "guest", name: String(name.prefix(12)), place: root.appending(path: name))
    }
  }

  private func key(_ spec: GuestSpec, _ origin: [String]) async throws -> String {
    // Raised when saved guests are made in another way.
    let version = "2"
    let shape = [String(spec.cpus), String(spec.memory), spec.schedule.description, spec.kernelCommandLine]
    return try await sha256(ofText: ([version] + shape + origin).joined(separator: "\n"))
  }

  private func make(_ saved: Snapshot, _ spec: GuestSpec, on host: any GuestHost) async throws {
    // Of this name, so that what a killed process left of it goes: nobody else makes it, for the lock is ours.
    let draft = root.appending(path: ".draft-\(URL(fileURLWithPath: saved.folder).lastPathComponent)")
    try? FileManager.default.removeItem(at: draft)
    try makeFolder(draft)
    defer { try? FileManager.default.removeItem(at: draft) }
    let made = Snapshot(folder: draft.path)
    var spec = spec
    spec.name = String("zlab-save-\(UInt32.random(in: 0x1000_0000 ... .max))".prefix(24))
    (spec.folder, spec.console) = (draft.path, .file(draft.path + "/console.log"))
    spec.memoryFile = .written(made.memory)
    let guest = try await host.start(spec)
    do {
      try await bootAndSave(guest, made, console: draft.path + "/console.log")
    } catch {
      _ = await guest.destroy()
      throw error
    }
    _ = await guest.destroy()
    try await reportingDisk("keep a saved guest") {
      try await SnapshotStamp.put(on: made)
      try? removeAtOnce(saved.folder)
      try FileManager.default.moveItem(atPath: draft.path, toPath: saved.folder)
    }
  }

  private func bootAndSave(_ guest: any RunningGuest, _ made: Snapshot, console: String) async throws {
    guard await isReady(guest, within: .seconds(120)) else {
      try Task.checkCancellation()
      throw LabError("the guest that was to be saved did not come up")
    }
    // Time for what a boot leaves to be done in the background.
    try await Task.sleep(for: .milliseconds(500))
    try await guest.save(made.state)
    let log = FileManager.default.contents(atPath: console) ?? Data()
    var parser = DmesgParser()
    // A guest that begins with a finding would lend it to every trial, or hide it from all of them.
    if let finding = (parser.feed(Array(log)) + parser.finish()).first {
      throw LabError("the kernel reports '\(finding.title)' before anything is done to it")
    }
  }
}

/// Waits for the runner's first words; false when the guest ended, or the time was over.
private func isReady(_ guest: any RunningGuest, within limit: Duration) async -> Bool {
  await withTaskGroup(of: Bool.self) { group in
    group.addTask {
      for await event in guest.events {
        switch event {
        case .said(.ready): return true
        case .ended, .panicked, .cutOff: return false
        case .said, .functionGone: break
        }
      }
      return false
    }
    group.addTask {
      try? await Task.sleep(for: limit)
      return false
    }
    defer { group.cancelAll() }
    return await group.next() ?? false
  }
}
