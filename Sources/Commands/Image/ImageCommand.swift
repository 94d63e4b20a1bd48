import ArgumentParser
import Folders
import Foundation
import GuestImage
import ImageRecipes
import Kernels
import Records
import Reports

struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image", abstract: "What guests boot beside the kernel.",
    subcommands: [ImageBuildCommand.self, ImageListCommand.self])
}

struct ImageBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Builds an image from a recipe, for a kernel's modules.",
    discussion: """
      Nothing of the guest's architecture is run; the same inputs give the same bytes.

        zlab image build mini --kernel debian:bookworm
      """)

  @Argument(help: "A recipe's name, or the path of a recipe's folder.")
  var recipe: String

  @Option(help: "The kernel whose modules it gets.", completion: kernelCompletion)
  var kernel = "latest"

  @Option(help: ArgumentHelp("The archive to fetch packages from, instead of the host's own.", valueName: "url"))
  var mirror: String?

  @Flag(help: "Look for newer packages first.")
  var update = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let store = ImageStore(folders: userFolders, recipes: bundledRecipes)
    let found = try KernelStore(folders: userFolders).find(kernel)
    let image = try await store.build(
      recipe: recipe, kernel: found, mirror: mirror, update: update, progress: { say($0) })
    switch output.format {
    case .json: try put(jsonText(image))
    case .text:
      try put("\(image.id.prefix(12))  \(image.name)  \(image.size >> 10) KiB  \(store.initramfs(of: image).path)\n")
    }
  }
}

struct ImageListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the cached images, the newest first.", discussion: "  zlab image list")

  @OptionGroup var output: OutputOptions

  func run() throws {
    let contents = ImageStore(folders: userFolders, recipes: bundledRecipes).contents()
    for problem in contents.damaged { say("zlab: \(harmless(problem))") }
    switch output.format {
    case .json: try put(jsonText(contents.records))
    case .text:
      guard !contents.records.isEmpty else { return say("There is no image yet: `zlab image build mini`.") }
      let rows = contents.records.map {
        [String($0.id.prefix(12)), $0.name, "\($0.size >> 10) KiB", String($0.kernel.prefix(12))]
      }
      try put(table([["IMAGE", "RECIPE", "SIZE", "KERNEL"]] + rows) + "\n")
    }
  }
}
