import Foundation
import Model

/// Stop of a guest in turns at its questions, by files that it and the plugin make (Sources/Schedules/plugin/turn-hold.h).
struct QuestionStop: Sendable {
  let prefix: String

  private func path(_ question: Int, _ word: String) -> String { "\(prefix).\(question).\(word)" }

  /// Asks the guest to stand still, and waits until it does.
  /// - Throws: `LabError` when it does not within 30 s, `CancellationError`.
  func hold(_ question: Int) async throws {
    try write(path(question, "still"))
    let deadline = ContinuousClock.now + .seconds(30)
    while access(path(question, "held"), F_OK) != 0 {
      guard .now < deadline else { throw LabError("the guest does not stand still while the host plugs or unplugs") }
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Lets the guest go on, also where it did not stand still.
  func release(_ question: Int) {
    try? write(path(question, "still"))
    try? write(path(question, "go"))
  }

  private func write(_ path: String) throws(LabError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw LabError("cannot create \(path): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
  }
}
