package import Guest
import Model
package import Storage

/// Provider of saved guests: made at the first asking, made anew once when it is of no use.
package actor SnapshotProvider {
  private let store: SnapshotStore
  private let spec: GuestSpec
  private let origin: [String]
  private let host: any GuestHost
  private let onNote: @Sendable (String) -> Void
  private var work: Task<SnapshotLease?, Never>?
  private var discarded: Set<Snapshot> = []

  /// - Parameters:
  ///   - spec: what all the trials' guests have in common.
  ///   - kernel: its id.
  ///   - image: its id.
  ///   - facts: of the host by name, of which the versions of QEMU and libvirt count.
  ///   - onNote: told when a guest has to be made, and why trials boot instead.
  package init(
    _ folders: Locations, spec: GuestSpec, kernel: String, image: String, facts: [String: String], host: any GuestHost,
    onNote: @escaping @Sendable (String) -> Void
  ) {
    store = SnapshotStore(folders)
    origin = [kernel, image, facts["qemu"] ?? "", facts["libvirt"] ?? ""]
    (self.spec, self.host, self.onNote) = (spec, host, onNote)
  }

  /// The saved guest; nil when there can be none, so that the trial must boot.
  package func guest() async -> Snapshot? {
    let (store, spec, origin, host, onNote) = (store, spec, origin, host, onNote)
    let work =
      work
      ?? Task {
        do {
          return try await store.guest(for: spec, origin: origin, on: host) { onNote("saving a guest for the trials") }
        } catch {
          if !(error is CancellationError) {
            onNote("trials boot their guests: \((error as? LabError)?.problem ?? String(describing: error))")
          }
          return nil
        }
      }
    self.work = work
    return await withTaskCancellationHandler {
      await work.value?.saved
    } onCancel: {
      work.cancel()
    }
  }

  /// Functions of the saved guest's kernel, read from it at the first asking.
  ///
  /// - Parameters:
  ///   - lowcoreSize: bytes of a lowcore that are wanted.
  ///   - taskSize: bytes of a task.
  ///   - pointers: the ones in a lowcore that may lead to a task.
  ///   - isWhole: says whether what was read, now or earlier, is what it takes; what is not is read anew and not kept.
  /// - Throws: `LabError` when there is no saved guest, or it cannot be read; `CancellationError`.
  package func kernelFiles(
    lowcoreSize: Int, taskSize: Int, pointers: @escaping @Sendable ([UInt8]) -> [UInt64],
    isWhole: @Sendable (KernelFiles) -> Bool
  ) async throws -> KernelFiles {
    guard let saved = await guest() else {
      try Task.checkCancellation()
      throw LabError("cannot resolve the places of the schedule: no guest could be saved")
    }
    if let kept = KernelFiles(keptBeside: saved), isWhole(kept) { return kept }
    onNote("reading the kernel's symbols from the guest")
    let reader = KernelReader(
      saved: saved, spec: spec, host: host, pointers: pointers, lowcoreSize: lowcoreSize, taskSize: taskSize)
    let files = try await reader.read()
    if isWhole(files) { try files.keep(beside: saved) }
    return files
  }

  /// Says that no guest could be made from it, twice in a row.
  package func discard(_ saved: Snapshot) {
    // Several trials may say so of the same one.
    guard !discarded.contains(saved) else { return }
    store.discard(saved)
    // The folder's name is the same the next time: a second failure ends it.
    discarded.insert(saved)
    work = nil
  }
}
