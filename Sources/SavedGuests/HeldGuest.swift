import Folders
package import Guest

/// A saved guest that nobody takes away to make room while the value lives; any number of processes may hold it.
package final class HeldGuest: Sendable {
  package let saved: SavedGuest
  private let share: FileLock

  init(_ saved: SavedGuest, _ share: consuming FileLock) {
    self.saved = saved
    self.share = share
  }
}
