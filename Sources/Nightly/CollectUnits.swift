package import Model

/// The systemd units of the user that run `zlab collect`.
package struct CollectUnits: Sendable, Hashable {
  /// Names and texts.
  package let files: [(name: String, text: String)]
  /// The unit to enable.
  package let started: String

  package static func == (one: CollectUnits, other: CollectUnits) -> Bool {
    one.started == other.started && one.files.map(\.name) == other.files.map(\.name)
      && one.files.map(\.text) == other.files.map(\.text)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(started) }

  /// - Parameters:
  ///   - command: the words to run, the first one an absolute path.
  ///   - folder: in which they are run.
  ///   - every: time between two runs (systemd.time(7)); nil for a service that runs all the time.
  /// - Throws: `RequestError` for words that no unit can hold.
  package init(
    name: String, command: [String], folder: String, environment: [String: String], every: String?
  ) throws(RequestError) {
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_.-]{0,60}/) != nil else {
      throw RequestError("'\(name.prefix(80))' is no name of a unit", advice: "Letters, digits and one of -_. only.")
    }
    if let every, every.wholeMatch(of: /[0-9][0-9a-z ]{0,40}/) == nil {
      throw RequestError("'\(every.prefix(80))' is no time of systemd", advice: "For instance 15min.")
    }
    for word in command + [folder] + environment.flatMap({ [$0.key, $0.value] })
    where word.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      throw RequestError("a systemd unit cannot hold '\(word.prefix(80))'")
    }
    let unit = "zlab-collect-\(name)"
    let variables = environment.sorted { $0.key < $1.key }
      .map { "Environment=\(systemdWord("\($0.key)=\($0.value)"))\n" }.joined()
    let restart = every == nil ? "Restart=on-failure\nRestartSec=30\n" : ""
    let service = """
      [Unit]
      Description=zlab collects kernel reports (\(name))

      [Service]
      Type=\(every == nil ? "exec" : "oneshot")
      ExecStart=\(command.map { systemdWord($0, isCommand: true) }.joined(separator: " "))
      WorkingDirectory=\(folder.replacing("%", with: "%%"))
      # New signatures, or a source that could not be read, are no failure of the service.
      SuccessExitStatus=1 2
      \(restart)\(variables)Nice=10
      \(every == nil ? "\n[Install]\nWantedBy=default.target\n" : "")
      """
    guard let every else {
      files = [("\(unit).service", service)]
      started = "\(unit).service"
      return
    }
    let timer = """
      [Unit]
      Description=Starts zlab's collection of kernel reports (\(name))

      [Timer]
      OnStartupSec=1min
      OnUnitInactiveSec=\(every)

      [Install]
      WantedBy=timers.target

      """
    files = [("\(unit).service", service), ("\(unit).timer", timer)]
    started = "\(unit).timer"
  }
}
