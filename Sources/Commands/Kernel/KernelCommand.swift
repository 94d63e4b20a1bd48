import ArgumentParser
import Kernels
import Model
import Reports

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Fetch, build, add and list kernels.",
    discussion: """
        zlab kernel fetch debian:bookworm
        zlab kernel list
      """,
    subcommands: [
      KernelFetchCommand.self, KernelBuildCommand.self, KernelAddCommand.self, KernelListCommand.self,
      KernelShowCommand.self,
      KernelRemoveCommand.self,
    ])
}

/// The names of the cached kernels, for shells.
let kernelCompletion = CompletionKind.custom { _, _, _ in
  ["latest"] + Set(KernelStore(folders: userLocations).list().map(\.name)).sorted()
}
