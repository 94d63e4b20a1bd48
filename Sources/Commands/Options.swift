import ArgumentParser
import DebianPackages
import Foundation
import Guest
import HostTools
import LibvirtGuest
import Model
import Reports
import Schedules
import Storage
import StrictYAML
import Synchronization

/// Choice of colour on stdout, as of git and ls.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// The shared choice of colour.
struct ColorOption: ParsableArguments {
  @Option(help: "Use colour on stdout; auto: on a terminal unless NO_COLOR is set")
  var color = ColorChoice.auto

  // Commands write results at many places; what was chosen holds for the process.
  func validate() { Style.choice.withLock { $0 = color } }
}

/// The shared choice of how much progress is printed to stderr.
struct ProgressOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print no progress; errors and warnings are still printed")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print more progress: a line for each trial, also on a terminal")
  var verbose = false

  func validate() throws {
    guard !quiet || !verbose else { throw ValidationError("--quiet and --verbose are mutually exclusive.") }
    standardError.verbosity = quiet ? .quiet : verbose ? .verbose : .normal
  }
}

/// Output format of a result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// The shared choice of output.
struct OutputOptions: ParsableArguments {
  @Option(help: "Output format on stdout")
  var format: OutputFormat = .text

  @OptionGroup var color: ColorOption

  var style: Style { .forTerminal }
}

extension Style {
  /// Colour only for a person at a terminal who has not said no (https://no-color.org).
  static var forTerminal: Style {
    switch choice.withLock(\.self) {
    case .auto: Style(colour: isColourWanted && isatty(STDOUT_FILENO) == 1)
    case .always: Style(colour: true)
    case .never: Style(colour: false)
    }
  }

  fileprivate static let choice = Mutex(ColorChoice.auto)

  /// Nobody has said that there shall be no colour.
  static var isColourWanted: Bool {
    let environment = ProcessInfo.processInfo.environment
    return (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }
}

/// The shared choice of where guests run.
struct HostOptions: ParsableArguments {
  @Option(help: "libvirt URI for guests, on this host")
  var connect = LibvirtHost.embedded

  @Option(help: ArgumentHelp("QEMU binary (default: qemu-system-s390x in PATH)", valueName: "path"))
  var emulator: String?

  /// Path of the emulator.
  /// - Throws: `RequestError` for a wrong path, `LabError` when there is none.
  func emulatorPath() throws -> String {
    if let emulator {
      guard access(emulator, X_OK) == 0 else {
        throw RequestError("cannot run the emulator \(emulator): \(String(cString: strerror(errno)))")
      }
      let path = URL(fileURLWithPath: emulator).standardizedFileURL.path
      guard let unpacked = UnpackedEmulator(path) else { return path }
      return try unpacked.starter(in: userLocations.emulators.appending(path: "starters/\(stableHash(path))"))
    }
    guard let path = pathOfTool("qemu-system-s390x") else {
      throw LabError(
        "cannot run guests: qemu-system-s390x not found in PATH",
        advice: "apt-get install qemu-system-misc, or run scripts/setup.")
    }
    return path
  }

  /// Options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    (connect == LibvirtHost.embedded ? [] : ["--connect", connect])
      + (emulator.map { ["--emulator", absolutePath($0)] } ?? [])
  }

  /// Checks what can be checked before anything is fetched or built.
  func check() throws(RequestError) {
    try LibvirtHost.check(connect)
    try checkReachable(userLocations)
  }

  /// A daemon of the system's runs QEMU as a user of its own, who must be able to enter our folders.
  private func checkReachable(_ folders: Locations) throws(RequestError) {
    guard connect == "qemu:///system" else { return }
    for folder in [folders.cache, folders.state] {
      var place = folder
      while place.path != "/" {
        var status = stat()
        if stat(place.path, &status) == 0, status.st_mode & S_IXOTH == 0 {
          throw RequestError(
            "QEMU under \(connect) runs as another user, who cannot access \(place.path)",
            advice: "Set ZLAB_HOME to a world-accessible directory, for instance below /var/tmp.")
        }
        place.deleteLastPathComponent()
      }
    }
  }

  /// Lends a host for guests, which is cleared away whatever happens.
  ///
  /// - Parameter body: gets the host, and its facts by name.
  func withHost<Value>(
    _ folders: Locations, _ body: (LibvirtHost, [String: String]) async throws -> Value
  ) async throws -> Value {
    try check()
    let emulator = try emulatorPath()
    let version = try await emulatorVersion()
    let plugin = TurnsPlugin(folders, emulator: emulator)
    let host = try await LibvirtHost(uri: connect, emulator: emulator, folders: folders) { try await plugin.path() }
    exitHandlers.withLock { $0.append { host.close() } }
    defer { host.close() }
    let facts = [
      "zlab": zlabVersion, "libvirt": try await host.version(), "qemu": version, "emulator": emulator, "uri": connect,
    ]
    do {
      let value = try await body(host, facts)
      await host.rest()
      return value
    } catch {
      await host.rest()
      throw error
    }
  }

  /// Version string of the emulator, asked with a time limit because libvirt asks without one.
  /// - Throws: `LabError` when it is no QEMU.
  func emulatorVersion() async throws -> String {
    let path = try emulatorPath()
    var tool = HostTool(path, ["--version"], to: "ask \(path) for its version")
    tool.timeLimit = .seconds(20)
    let line = try await tool.run().text.split(separator: "\n").first.map(String.init) ?? ""
    guard line.hasPrefix("QEMU emulator version") else {
      throw LabError("\(path) is not QEMU: `--version` printed '\(line.prefix(80))'")
    }
    return line
  }
}

/// The folders that the environment asks for.
let userLocations = Locations(environment: ProcessInfo.processInfo.environment)

/// Path of a program in PATH or in a directory of the administrator's, has a program; nil when nowhere.
func pathOfTool(_ name: String) -> String? {
  ((ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin").split(separator: ":").lazy
    .map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}

/// Reads a time such as `90s` or `10m` from the command line.
@Sendable func timeArgument(_ text: String) throws -> Duration {
  guard let time = Duration(zlab: text) else { throw ValidationError("'\(text)' is not a time such as 90s or 10m") }
  return time
}
