import Folders
package import Records

extension Run {
  /// How the run really stands: one that says `running` but whose process is dead was interrupted.
  ///
  /// The conductor holds a lock in the run's folder for as long as it lives.
  package var liveState: RunState {
    guard state == .running else { return state }
    guard let lock = try? FileLock(ifFree: folder + "/lock") else { return .running }
    _ = consume lock
    return .interrupted
  }
}
