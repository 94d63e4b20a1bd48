import ArgumentParser
import DebianPackages
import Foundation
import Kernels
import Model
import Reports

struct KernelFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch a stock Debian kernel for s390x, or list the available ones.",
    discussion: """
      RELEASE is a code name or a suite: trixie, testing, sid, trixie-backports, trixie-security. Fetch the newest version \
      in the archive, or the version given with =VERSION; a cached kernel is not fetched again. zlab uses a private apt root: \
      the host's packages and apt sources are not changed.

        zlab kernel fetch debian:bookworm
        zlab kernel fetch --list debian:trixie
        zlab kernel fetch debian:trixie=6.12.107-1
      """)

  @Argument(
    help: "debian:RELEASE or debian:RELEASE=VERSION, such as debian:trixie", completion: releaseCompletion)
  var source: String?

  @Flag(help: "List available kernels with the dates of their packages (default: of stable, testing and unstable)")
  var list = false

  @Option(help: ArgumentHelp("Debian mirror (default: the host's)", valueName: "url"))
  var mirror: String?

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    guard list || source != nil else { throw ValidationError("Name a release, for instance debian:trixie, or --list.") }
  }

  func run() async throws {
    let name = try source.map(debianName)
    if list { return try await listAvailable(name) }
    guard let name else { return }
    let kernel = try await KernelStore(folders: userLocations).fetchDebian(
      release: name.release, version: name.version, mirror: mirror, progress: { printStatus($0) })
    switch output.format {
    case .json: try printResult(jsonText(kernel))
    case .text:
      try printResult(
        "\(kernel.id.prefix(12))  \(escapedForTerminal(kernel.name))  \(escapedForTerminal(kernel.release))\n")
    }
  }

  private func listAvailable(_ name: DebianName?) async throws {
    let store = KernelStore(folders: userLocations)
    var kernels: [AvailableKernel] = []
    for release in name.map({ [$0.release] }) ?? DebianArchive.usualReleases {
      do {
        kernels += try await store.available(
          release: release, mirror: mirror, progress: { printStatus(escapedForTerminal($0)) }
        )
        .filter { name?.version == nil || $0.version == name?.version }
      } catch let error where name == nil && !(error is CancellationError) {
        printStatus("zlab: skipped debian:\(release): \(escapedForTerminal(firstSentence(error)))")
      }
    }
    switch output.format {
    case .json: try printResult(jsonText(kernels))
    case .text:
      guard !kernels.isEmpty else { return printStatus("No such kernel.") }
      let rows = kernels.map { [$0.name, $0.release, day($0.date), $0.size.map(megabytes) ?? "-", state($0)] }
      try printResult(
        table([["NAME", "RELEASE", "DATE", "SIZE", "STATE"]] + rows.map { $0.map(escapedForTerminal) }) + "\n")
    }
  }

  private func day(_ date: Date?) -> String { date?.formatted(.iso8601.year().month().day()) ?? "-" }

  private func firstSentence(_ error: any Error) -> String {
    "\(error)".split(separator: "\n").first.map(String.init) ?? ""
  }

  private func state(_ kernel: AvailableKernel) -> String {
    let archive = kernel.available.map { $0 ? "available" : "not on the mirror" } ?? "listed"
    let parts = [kernel.cached.map { "cached as \($0.prefix(12))" } ?? archive] + (kernel.isDefault ? ["default"] : [])
    return parts.joined(separator: ", ")
  }
}

/// Reads `debian:RELEASE` or `debian:RELEASE=VERSION`.
/// - Throws: `RequestError` for anything else.
func debianName(_ text: String) throws(RequestError) -> DebianName {
  if let name = try DebianName(text) { return name }
  let near = similarName(to: text, among: DebianArchive.usualReleases.map { "debian:" + $0 })
  let isRelease = DebianArchive.usualReleases.contains(text)
  let meant = isRelease ? "debian:" + text : near ?? "debian:bookworm"
  throw RequestError("'\(text)' is not a distribution kernel", advice: "Did you mean \(meant)?")
}

private let releaseCompletion = CompletionKind.custom { _, _, _ in DebianArchive.usualReleases.map { "debian:" + $0 } }
