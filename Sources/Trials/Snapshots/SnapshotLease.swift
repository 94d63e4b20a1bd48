package import Guest
import Storage

/// A saved guest that nobody takes away to make room while the value lives; any number of processes may hold it.
package final class SnapshotLease: Sendable {
  package let saved: Snapshot
  private let share: FileLock

  init(_ saved: Snapshot, _ share: consuming FileLock) {
    self.saved = saved
    self.share = share
  }
}
