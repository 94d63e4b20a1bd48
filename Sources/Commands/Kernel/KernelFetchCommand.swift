import ArgumentParser
import Kernels
import Records
import Reports

struct KernelFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetches a distribution's stock s390x kernel.",
    discussion: """
      Through an apt root of zlab's own: the host's packages and sources stay as they are.

        zlab kernel fetch debian:bookworm
      """)

  @Argument(help: "debian:RELEASE, for instance debian:trixie.")
  var source: String

  @Option(help: ArgumentHelp("The archive to fetch from, instead of the host's own.", valueName: "url"))
  var mirror: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let parts = source.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0] == "debian" else {
      throw RequestError("'\(source)' names no distribution's kernel", advice: "For instance debian:bookworm.")
    }
    let kernel = try await KernelStore(folders: userFolders).fetchDebian(
      release: String(parts[1]), mirror: mirror, progress: { say($0) })
    switch output.format {
    case .json: try put(jsonText(kernel))
    case .text: try put("\(kernel.id.prefix(12))  \(harmless(kernel.name))  \(harmless(kernel.release))\n")
    }
  }
}
