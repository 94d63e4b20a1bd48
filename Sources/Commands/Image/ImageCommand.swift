import ArgumentParser
import Foundation
import ImageRecipes
import Images
import Kernels
import Model
import Reports
import Storage

struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image", abstract: "Build and list guest images (initramfs and disk).",
    discussion: """
        zlab image build mini --kernel debian:bookworm
        zlab image list
      """,
    subcommands: [ImageBuildCommand.self, ImageListCommand.self])
}

struct ImageBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build an image from a recipe for a kernel.",
    discussion: """
      No s390x code is executed during the build, and builds are reproducible. The disk of an image does not depend on the \
      kernel, only its initramfs does. --package and --copy-in create a new disk; pass its id to --image.

        zlab image build mini --kernel debian:bookworm
        zlab image build debian --package gcc \\
            --copy-in ./my-test:/usr/local/bin/my-test
      """)

  @Argument(help: "Recipe name, or the path of a recipe directory")
  var recipe: String

  @Option(help: "Kernel whose modules are included", completion: kernelCompletion)
  var kernel = "latest"

  @Option(help: ArgumentHelp("Debian mirror for packages (default: the host's)", valueName: "url"))
  var mirror: String?

  @Flag(help: "Refresh the package lists first")
  var update = false

  @Option(
    name: .customLong("package"),
    help: ArgumentHelp("Debian package to install on the disk; may be repeated", valueName: "name"))
  var packages: [String] = []

  @Option(
    name: .customLong("copy-in"),
    help: ArgumentHelp("File or directory to copy to the disk; may be repeated", valueName: "host:guest"))
  var copies: [String] = []

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    let store = ImageStore(folders: userLocations, recipes: bundledRecipes)
    let found = try KernelStore(folders: userLocations).find(kernel)
    let image = try await store.build(
      recipe: recipe, kernel: found, additions: try additions(), mirror: mirror, update: update,
      progress: { printStatus($0) })
    switch output.format {
    case .json: try printResult(jsonText(image))
    case .text:
      try printResult(
        "\(image.id.prefix(12))  \(image.name)  \(image.size >> 10) KiB  \(store.initramfs(of: image).path)\n")
      if let id = image.disk, let disk = store.disk(of: image) {
        try printResult(
          "\(id.prefix(12))  its disk  \(megabytes(sizeOnDisk(disk.deletingLastPathComponent())))  \(disk.path)\n")
      }
    }
  }

  private func additions() throws(RequestError) -> DiskAdditions {
    var additions = DiskAdditions()
    additions.packages = packages
    for text in copies {
      // A guest's path begins with a slash and has no colon as a rule; the host's may.
      guard let colon = text.range(of: ":/", options: .backwards), colon.lowerBound > text.startIndex else {
        throw RequestError("--copy-in takes HOST:GUEST, not '\(text)'", advice: "For instance ./my-test:/opt/my-test.")
      }
      let destination = String(text[text.index(after: colon.lowerBound)...])
      additions.copies.append(
        DiskAdditions.Copy(source: String(text[..<colon.lowerBound]), destination: destination))
    }
    return additions
  }
}

struct ImageListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List cached images, newest first.", discussion: "  zlab image list")

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let contents = ImageStore(folders: userLocations, recipes: bundledRecipes).contents()
    for problem in contents.damaged { printStatus("zlab: \(escapedForTerminal(problem))") }
    switch output.format {
    case .json: try printResult(jsonText(contents.records))
    case .text:
      guard !contents.records.isEmpty else { return printStatus("No images. Build one with `zlab image build mini`.") }
      let rows = contents.records.map {
        [String($0.id.prefix(12)), $0.name, "\($0.size >> 10) KiB", String($0.kernel.prefix(12))]
      }
      try printResult(table([["IMAGE", "RECIPE", "SIZE", "KERNEL"]] + rows) + "\n")
    }
  }
}
