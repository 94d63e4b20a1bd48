import ArgumentParser
import Foundation
import Model
import Nightly
import Storage

struct CollectInstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install systemd units of the user that collect regularly, or all the time.",
    discussion: """
      The arguments behind '--' are those of `zlab collect`. With --listen or --follow among them the unit is a service that \
      runs all the time, otherwise a timer. The units are not enabled; the command that does is printed.

        zlab collect install -- --journal --pstore
        zlab collect install --name lpars --every 5min -- --ssh lpar1 --ssh lpar2
        zlab collect install --name net -- --listen udp:192.0.2.1:6666
      """)

  @Option(help: "Name of the units, after zlab-collect-")
  var name = "logs"

  @Option(help: ArgumentHelp("Time between two collections, as in systemd.time(7)", valueName: "time"))
  var every = "15min"

  @Option(help: ArgumentHelp("Unit directory (default: the user's one of systemd)", valueName: "folder"))
  var into: String?

  @Argument(help: ArgumentHelp("Arguments of `zlab collect`", valueName: "argument"))
  var arguments: [String]

  func run() async throws {
    // A mistake is better found now than in the journal at night.
    do { _ = try CollectRunCommand.parse(arguments) } catch {
      throw RequestError("`zlab collect \(arguments.joined(separator: " "))`: \(CollectRunCommand.message(for: error))")
    }
    let own: String
    do { own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") } catch {
      throw LabError("cannot determine the path of zlab: \(error)")
    }
    let isEndless = arguments.contains("--listen") || arguments.contains("--follow")
    let units = try CollectUnits(
      name: name, command: [own, "collect"] + arguments, folder: FileManager.default.currentDirectoryPath,
      environment: ProcessInfo.processInfo.environment.filter {
        ["PATH", "HOME", "ZLAB_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "SSH_AUTH_SOCK"].contains($0.key)
          && !$0.value.isEmpty
      }, every: isEndless ? nil : every)
    let folder = URL(fileURLWithPath: into ?? usualFolder, isDirectory: true)
    try makeFolder(folder, advice: nil)
    for (file, text) in units.files {
      let place = folder.appending(path: file)
      do { try Data(text.utf8).write(to: place, options: .atomic) } catch {
        throw LabError("cannot write \(place.path): \(reason(error))")
      }
      try printResult(place.path + "\n")
    }
    printStatus("To enable: systemctl --user daemon-reload && systemctl --user enable --now \(units.started)")
    printStatus("To run it while you are logged out: loginctl enable-linger")
  }

  private var usualFolder: String {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (base ?? (environment["HOME"] ?? "/") + "/.config") + "/systemd/user"
  }
}
