import ArgumentParser

/// The command tree.
struct Zlab: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zlab",
    abstract: "Finds, pins down and proves fixed what breaks when an s390x kernel loses a PCI function in use.",
    discussion: """
      zlab boots s390x guests under QEMU with emulated zPCI functions, drives bind and hot-unplug against them, \
      reads what the kernel says, and turns many noisy trials into a verdict.

        zlab doctor
        zlab kernel fetch debian:bookworm
        zlab run slot-power-race --kernel debian:bookworm --until-finding

      Exit codes: 0 pass, 1 the kernel failed, 2 inconclusive, 64 the request is wrong, 69 the lab cannot, \
      130 interrupted.
      """,
    version: zlabVersion,
    subcommands: [
      DoctorCommand.self, KernelCommand.self, ImageCommand.self, BootCommand.self, ScenarioCommand.self,
      RunCommand.self, VerifyCommand.self, SweepCommand.self, BisectCommand.self, NightlyCommand.self,
      ReportCommand.self, ServeCommand.self, DmesgCommand.self, PatchCommand.self, SelftestCommand.self,
      DatabaseCommand.self,
    ])
}

/// The version of the program, of the package and of CHANGELOG.md's newest heading.
let zlabVersion = "0.2.0"
