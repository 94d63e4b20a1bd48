import ArgumentParser
import Foundation
import Kernels
import Records
import Reports

struct KernelAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Takes a kernel of yours into the cache.",
    discussion: """
      It gets a name, and the modules that guests need are taken from the folder you give.

        zlab kernel add mine arch/s390/boot/bzImage
        make modules_install INSTALL_MOD_PATH=out
        zlab kernel add mine arch/s390/boot/bzImage --modules out --config .config
      """)

  @Argument(help: "What it shall be called.")
  var name: String

  @Argument(help: "A bzImage or vmlinux for s390x.", completion: .file())
  var image: String

  @Option(help: "A folder lib/modules/RELEASE, or one that holds it.", completion: .directory)
  var modules: String?

  @Option(help: "Its build configuration.", completion: .file())
  var config: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let kernel = try await KernelStore(folders: userFolders).add(
      name: name, image: URL(fileURLWithPath: image), modules: modules.map { URL(fileURLWithPath: $0) },
      config: config.map { URL(fileURLWithPath: $0) })
    switch output.format {
    case .json: try put(jsonText(kernel))
    case .text: try put("\(kernel.id.prefix(12))  \(harmless(kernel.name))  \(harmless(kernel.release))\n")
    }
  }
}
