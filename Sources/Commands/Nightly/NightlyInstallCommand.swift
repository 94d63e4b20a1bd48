import ArgumentParser
import Foundation
import HostTools
import Model
import Nightly
import Storage

struct NightlyInstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install a systemd service and timer that run a plan every day.",
    discussion: """
      Units are written for `systemctl --user` unless --system is given. They are not enabled; the command that does is printed.

        zlab nightly install plan.yaml --at 23:00
        sudo zlab nightly install plan.yaml --system
      """)

  @Argument(help: "Plan file (YAML)", completion: .file(extensions: ["yaml", "yml"]))
  var plan: String

  @Option(help: ArgumentHelp("Start time, in the host's time zone", valueName: "hh:mm"))
  var at = "23:00"

  @Flag(help: "Install system units, which run as root")
  var system = false

  @Option(help: ArgumentHelp("Unit directory (default: the one of systemd)", valueName: "folder"))
  var into: String?

  func run() async throws {
    let plan = try readPlan(plan, needsKernels: true)
    try await checkRevisions(of: plan)
    let command = [try ownPath(), "nightly", plan.file]
    let units = try SystemdUnits(
      plan: plan.name, command: command, environment: environment, time: at, isUser: !system)
    let folder = URL(fileURLWithPath: into ?? usualFolder, isDirectory: true)
    try makeFolder(folder, advice: system ? "System units require root." : nil)
    let files = try [("service", units.service), ("timer", units.timer)].map { ending, text in
      let file = folder.appending(path: "\(units.name).\(ending)")
      do { try Data(text.utf8).write(to: file, options: .atomic) } catch {
        throw LabError("cannot write \(file.path): \(reason(error))")
      }
      try printResult(file.path + "\n")
      return file.path
    }
    try await verify(files)
    let systemctl = system ? "systemctl" : "systemctl --user"
    printStatus("To enable: \(systemctl) daemon-reload && \(systemctl) enable --now \(units.name).timer")
    if !system { printStatus("To run it while you are logged out: loginctl enable-linger") }
  }

  private func verify(_ files: [String]) async throws {
    guard let tool = pathOfTool("systemd-analyze") else {
      return printStatus("zlab: systemd-analyze not found; the units were not verified")
    }
    let words = (system ? [] : ["--user"]) + ["verify", "--man=no"] + files
    var check = HostTool(tool, words, to: "check the units")
    check.environment = ["XDG_RUNTIME_DIR": ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? "/tmp"]
    let result = try await check.result()
    guard result.code == 0 else {
      throw LabError("systemd-analyze rejected the units: \(result.stderr.prefix(1000))")
    }
  }

  private var usualFolder: String {
    if system { return "/etc/systemd/system" }
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (base ?? (environment["HOME"] ?? "/") + "/.config") + "/systemd/user"
  }

  /// Environment for the same tools, cache and results as this command.
  private var environment: [String: String] {
    let names = ["PATH", "HOME", "ZLAB_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"]
    return ProcessInfo.processInfo.environment.filter { names.contains($0.key) && !$0.value.isEmpty }
  }

  private func ownPath() throws -> String {
    do { return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") } catch {
      throw LabError("cannot determine the path of zlab: \(reason(error))")
    }
  }
}
