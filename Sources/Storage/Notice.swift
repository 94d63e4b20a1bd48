import Foundation
import Synchronization

/// Words for the user from modules that have no other way to say them: what is waited for, what was left out.
package enum Notice {
  private static let receiver = Mutex<@Sendable (String) -> Void> { _ in }

  /// Says a sentence, without a capital at its start or a stop at its end.
  package static func send(_ text: String) { receiver.withLock { $0 }(text) }

  /// Sets who says them from now on; until then nobody does.
  package static func deliver(to receiver: @escaping @Sendable (String) -> Void) {
    Self.receiver.withLock { $0 = receiver }
  }
}
