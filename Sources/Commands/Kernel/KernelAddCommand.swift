import ArgumentParser
import Foundation
import Kernels
import Model
import Reports

struct KernelAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add your own kernel to the cache.",
    discussion: """
      Guests get the modules that they need from the directory given with --modules.

        zlab kernel add mine arch/s390/boot/bzImage
        make modules_install INSTALL_MOD_PATH=out
        zlab kernel add mine arch/s390/boot/bzImage --modules out --config .config
      """)

  @Argument(help: "Name of the kernel in the cache")
  var name: String

  @Argument(help: "bzImage or vmlinux for s390x", completion: .file())
  var image: String

  @Option(help: "Directory lib/modules/RELEASE, or a parent of it", completion: .directory)
  var modules: String?

  @Option(help: "The kernel's .config", completion: .file())
  var config: String?

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    let kernel = try await KernelStore(folders: userLocations).add(
      name: name, image: URL(fileURLWithPath: image), modules: modules.map { URL(fileURLWithPath: $0) },
      config: config.map { URL(fileURLWithPath: $0) })
    switch output.format {
    case .json: try printResult(jsonText(kernel))
    case .text:
      try printResult(
        "\(kernel.id.prefix(12))  \(escapedForTerminal(kernel.name))  \(escapedForTerminal(kernel.release))\n")
    }
  }
}
