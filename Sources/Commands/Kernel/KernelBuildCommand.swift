import ArgumentParser
import Foundation
import KernelBuild
import Records
import Reports

struct KernelBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Builds an s390x kernel, with or without patches as they came in the mail.",
    discussion: """
      The same source, patches, configuration and toolchain are built once; after that the cache answers. SOURCE is \
      only read. Exits 64 when a patch does not apply, an option is not to be had or the source does not compile, 69 \
      when this host cannot build.

        zlab kernel build debian:6.1
        zlab kernel build debian:sid --config lockdep
        zlab kernel build ~/linux --rev v6.12 --patch fix.mbox --config kasan
        zlab kernel build linux-6.18.tar.xz --config ./my.config --name mine
      """)

  @Argument(
    help: "debian:VERSION or debian:RELEASE (debian:6.1, debian:sid), a git tree, a folder or a tar archive.",
    completion: .file())
  var source: String

  @Option(
    name: .customLong("patch"),
    help: ArgumentHelp("A mail, mailbox or diff whose patches are applied; '-' is standard input.", valueName: "file"),
    completion: .file())
  var patches: [String] = []

  @OptionGroup var options: BuildOptions

  @Option(help: "What it shall be called.")
  var name: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = try options.request(source, patches: patches.map(readSeries), name: name)
    let progress = BuildProgress("")
    defer { progress.end() }
    let start = Date()
    let kernel = try await KernelBuilder(folders: userFolders, mirror: options.mirror).build(request) {
      progress.show($0)
    }
    switch output.format {
    case .json: try put(jsonText(kernel))
    case .text:
      progress.end()
      if let build = kernel.build, kernel.created >= start { say(summary(build)) }
      try put("\(kernel.id.prefix(12))  \(harmless(kernel.name))  \(harmless(kernel.release))\n")
    }
  }
}

/// What a build took, in one line.
func summary(_ build: BuildRecord) -> String {
  let all = build.cacheHits + build.cacheMisses
  let share = all == 0 ? "" : ", ccache knew \(percent(Double(build.cacheHits) / Double(all)))"
  return "\(build.objects) objects in \(decimals(build.seconds, 0)) s (\(decimals(build.cpuSeconds, 0)) CPU s)\(share)"
}
