import ArgumentParser
import Foundation
import Kernels
import Model
import Reports

struct KernelBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build an s390x kernel, optionally with patches from mails.",
    discussion: """
      A combination of source, patches, config and toolchain is built once and then taken from the cache. SOURCE is never \
      modified. Exit status: 0 if the kernel is in the cache, 64 if a patch does not apply, a requested option cannot be enabled or the \
      source does not compile, 69 if this host cannot build.

        zlab kernel build debian:6.1
        zlab kernel build debian:sid --config lockdep
        zlab kernel build ~/linux --rev v6.12 --patch fix.mbox --config kasan
        zlab kernel build linux-6.18.tar.xz --config ./my.config --name mine
      """)

  @Argument(
    help: "debian:VERSION or debian:RELEASE (debian:6.1, debian:sid), a git tree, a directory or a tar archive",
    completion: .file())
  var source: String

  @Option(
    name: .customLong("patch"),
    help: ArgumentHelp("Mail, mbox or diff with patches to apply; '-' is stdin; may be repeated", valueName: "file"),
    completion: .file())
  var patches: [String] = []

  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: BuildOptions

  @Option(name: .customShort("j"), help: ArgumentHelp("Same as --build-jobs", valueName: "count"))
  var jobs: Int?

  @Option(help: "Name of the kernel in the cache")
  var name: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var progress: ProgressOptions

  func validate() throws {
    guard jobs == nil || options.buildJobs == nil else {
      throw ValidationError("-j and --build-jobs are the same option.")
    }
    try build.validate()
  }

  /// The options of the build, with those of this command alone.
  var build: BuildOptions {
    var build = options
    build.buildJobs = jobs ?? options.buildJobs
    return build
  }

  func run() async throws {
    let request = try build.request(source, revision.rev, patches: patches.map(readSeries), name: name)
    let progress = BuildProgress("")
    defer { progress.end() }
    // Records keep whole seconds.
    let start = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
    let kernel = try await KernelBuilder(folders: userLocations, mirror: options.mirror).build(request) {
      progress.show($0)
    }
    switch output.format {
    case .json: try printResult(jsonText(kernel))
    case .text:
      progress.end()
      if let build = kernel.build, kernel.created >= start { printStatus(summary(build)) }
      try printResult(
        "\(kernel.id.prefix(12))  \(escapedForTerminal(kernel.name))  \(escapedForTerminal(kernel.release))\n")
    }
  }
}

/// Summary of a build, in one line.
func summary(_ build: BuildRecord) -> String {
  let all = build.cacheHits + build.cacheMisses
  let share = all == 0 ? "" : ", ccache hit rate \(percent(Double(build.cacheHits) / Double(all)))"
  return "\(build.objects) objects in \(decimals(build.seconds, 0)) s (\(decimals(build.cpuSeconds, 0)) CPU s)\(share)"
}
