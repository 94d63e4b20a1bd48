import ArgumentParser
import Model

/// The command tree.
struct Zlab: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zlab",
    abstract: "Test s390x kernels against PCI hot-unplug races: find, bisect and verify fixes.",
    discussion: """
      zlab boots s390x guests under QEMU with emulated zPCI functions, exercises driver bind and hot-unplug, \
      extracts kernel reports from the console, and derives a verdict with a confidence level from repeated trials.

        zlab doctor
        zlab kernel fetch debian:bookworm
        zlab run slot-power-race --kernel debian:bookworm --until-finding

      Exit status: 0 pass, 1 kernel failure, 2 inconclusive, 64 invalid request, 69 infrastructure error, \
      130 interrupted.
      """,
    version: zlabVersion,
    subcommands: [
      DoctorCommand.self, KernelCommand.self, ImageCommand.self, DiskCommand.self, CacheCommand.self, BootCommand.self,
      ScenarioCommand.self,
      RunCommand.self, PinCommand.self, ExploreCommand.self, VerifyCommand.self, VerifySimulateCommand.self,
      SweepCommand.self,
      BisectCommand.self,
      NightlyCommand.self,
      ReportCommand.self, ImportCommand.self, ServeCommand.self, DmesgCommand.self, CollectCommand.self,
      SignatureCommand.self, PatchCommand.self, SelftestCommand.self, DatabaseCommand.self, EmulatorCommand.self,
      WorkerCommand.self,
    ])
}
