import Foundation
package import Model
import Storage

extension Run {
  /// Actual state of the run: one that says `running` but whose process is dead was interrupted.
  ///
  /// The conductor holds a lock in the run's folder for as long as it lives.
  package var liveState: RunState {
    guard state == .running else { return state }
    guard access(folder + "/lock", F_OK) == 0 else { return .interrupted }
    guard let lock = try? FileLock(ifFree: folder + "/lock") else { return .running }
    _ = consume lock
    return .interrupted
  }
}
