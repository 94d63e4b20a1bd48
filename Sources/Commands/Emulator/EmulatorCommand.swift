import ArgumentParser
import DebianPackages
import Foundation
import Model
import Reports

struct EmulatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qemu",
    abstract: "Fetch another QEMU than the host's, for --emulator.",
    discussion: "  zlab qemu fetch debian:bookworm-backports",
    subcommands: [EmulatorFetchCommand.self, EmulatorListCommand.self])
}

struct EmulatorFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch QEMU of another Debian release and print the path of its binary.",
    discussion: """
      The packages are unpacked below the cache; the host's own QEMU and its packages are not changed. Commands that \
      start guests take the path with --emulator, also of a QEMU that was unpacked by hand (`dpkg-deb --extract`, with its qemu-system-modules-*): \
      where usr/share/qemu lies beside its usr/bin, QEMU gets its own modules and firmware.

        zlab qemu fetch debian:bookworm-backports
      """)

  @Argument(help: "debian:RELEASE, such as debian:bookworm-backports")
  var source = "debian:bookworm-backports"

  @Option(help: ArgumentHelp("Debian mirror (default: the host's)", valueName: "url"))
  var mirror: String?

  func run() async throws {
    let name = try debianName(source)
    guard name.version == nil else {
      throw RequestError("a version of QEMU cannot be chosen", advice: "Use debian:\(name.release).")
    }
    let emulator = try await EmulatorFetch(folders: userLocations, mirror: mirror).fetch(release: name.release) {
      printStatus(escapedForTerminal($0))
    }
    try printResult(emulator.binary + "\n")
  }
}

struct EmulatorListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the QEMU binaries in the cache.",
    discussion: "  zlab qemu list")

  func run() async throws {
    let cached = EmulatorFetch(folders: userLocations, mirror: nil).cached
    guard !cached.isEmpty else { return printStatus("No QEMU in the cache. Fetch one with `zlab qemu fetch`.") }
    try printResult(cached.map { $0.binary + "\n" }.joined())
  }
}
