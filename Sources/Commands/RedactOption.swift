import ArgumentParser
import Foundation
import Reports
import ResultStore

/// The shared choice to replace what tells who and where we are.
struct RedactOption: ParsableArguments {
  @Flag(
    help: """
      Replace host names, user names, IP and MAC addresses and command lines in logs, for readers outside; the same \
      name has the same replacement throughout
      """)
  var redact = false

  /// A redaction of the names that this machine and the database know; nil when none is wanted.
  /// - Throws: `LabError`.
  func redaction(_ store: ResultStore) throws -> Redaction? { redact ? try Redaction(store) : nil }

  /// The text, redacted if that is wanted.
  /// - Throws: `LabError`.
  func apply(to text: String, as format: Redaction.Format, _ store: ResultStore) throws -> String {
    guard var redaction = try redaction(store) else { return text }
    return redaction.redact(text, as: format)
  }
}

extension Redaction {
  /// Replaces the hosts of the field, this machine and whoever works on it.
  /// - Throws: `LabError`.
  init(_ store: ResultStore) throws {
    let environment = ProcessInfo.processInfo.environment
    self.init(
      hosts: try store.hostNames() + [ProcessInfo.processInfo.hostName],
      users: ["USER", "LOGNAME", "SUDO_USER"].compactMap { environment[$0] } + [NSUserName()])
  }
}
