package import Model

/// The systemd units that make a night of a plan each day.
package struct SystemdUnits: Sendable, Hashable {
  /// The name of both units, without their endings.
  package let name: String
  /// systemd.service(5).
  package let service: String
  /// systemd.timer(5).
  package let timer: String

  /// - Parameters:
  ///   - plan: the plan's name.
  ///   - command: the words to run, the first one an absolute path.
  ///   - environment: variables that the night needs.
  ///   - time: when it begins, `HH:MM`.
  ///   - isUser: whether the user's own systemd runs them.
  /// - Throws: `RequestError` for a time that is none, or words that no unit can hold.
  package init(
    plan: String, command: [String], environment: [String: String], time: String, isUser: Bool
  ) throws(RequestError) {
    guard time.wholeMatch(of: /([01][0-9]|2[0-3]):[0-5][0-9]/) != nil else {
      throw RequestError("'\(time)' is no time of the day", advice: "For instance 23:30.")
    }
    let words = command + environment.flatMap { [$0.key, $0.value] }
    for word in words where word.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      throw RequestError("a systemd unit cannot hold '\(word.prefix(80))'")
    }
    name = "zlab-\(plan)"
    let variables = environment.sorted { $0.key < $1.key }.map {
      "Environment=\(systemdWord("\($0.key)=\($0.value)"))\n"
    }
    // The user's systemd does not know of the system's targets.
    let network = isUser ? "" : "Wants=network-online.target\nAfter=network-online.target\n"
    service = """
      [Unit]
      Description=zlab's night of the plan \(plan)
      \(network)
      [Service]
      Type=oneshot
      ExecStart=\(command.map { systemdWord($0, isCommand: true) }.joined(separator: " "))
      # What zlab says of the kernels is no failure of the service: failing, inconclusive.
      SuccessExitStatus=1 2
      \(variables.joined())# Guests are ended by zlab itself, which then keeps what they have shown.
      KillMode=mixed
      KillSignal=SIGTERM
      TimeoutStartSec=infinity
      TimeoutStopSec=120

      """
    timer = """
      [Unit]
      Description=Begins zlab's night of the plan \(plan)

      [Timer]
      OnCalendar=*-*-* \(time):00
      Persistent=true

      [Install]
      WantedBy=timers.target

      """
  }
}

/// A quoted word in a unit, whose percent signs and dollars are no specifiers: systemd.syntax(7), systemd.service(5).
package func systemdWord(_ word: String, isCommand: Bool = false) -> String {
  var text = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
  if isCommand { text = text.replacing("$", with: "$$") }
  return "\"\(text)\""
}
