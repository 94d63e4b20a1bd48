import ArgumentParser
import Records
import Reports

struct NightlyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nightly",
    abstract:
      "Carries out a plan: kernels, configurations and scenarios, each with each, compared with earlier nights.",
    discussion: """
      `zlab nightly example` prints a plan to begin with.

        zlab nightly example > plan.yaml
        zlab nightly plan.yaml --dry-run
        zlab nightly plan.yaml
        zlab nightly --resume latest
        zlab nightly install plan.yaml --at 23:00
      """,
    subcommands: [NightlyRunCommand.self, NightlyInstallCommand.self, NightlyExampleCommand.self],
    defaultSubcommand: NightlyRunCommand.self)
}

struct NightlyExampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example", abstract: "Prints a plan to begin with.",
    discussion: "  zlab nightly example > plan.yaml")

  func run() throws { try put(examplePlan) }
}

/// A plan that works on any host with the network, and what else one may say.
let examplePlan = """
  # zlab nightly plan.yaml carries this out; zlab nightly plan.yaml --dry-run says what that would be.
  schema: zlab.plan/1
  name: pci-unplug

  # Each source is run on each scenario; one that zlab builds, with each of its configurations too.
  sources:
    - release: bookworm             # the stock kernel of a Debian release
    - release: trixie
    # - source: debian:6.12         # Debian's source package, a folder or a tar archive: zlab builds it
    #   configs: [plain, debug]     # all of the plan's when nothing is said
    # - git: ~/linux                # a branch of yours, after `git fetch origin`
    #   branch: for-next
    #   fetch: origin
    #   patches: [on-top.mbox]
    # - kernel: mine                # one of `zlab kernel list`
    #   line: "6.12"                # what it is compared with; that of its release when nothing is said

  # Fragments on top of the usual ones: zlab's own by name, or files.
  configs:
    plain: []
    debug: [kasan, lockdep]

  scenarios:
    - nothing
    - rng-unplug
    - scenario: slot-power-race
      set: {seconds: 2}
      trials: 6

  trials: 3                         # of each cell, or `time: 10m`
  budget: 8h                        # no trial starts after it; time that is left goes into uncertain cells...
  left-over: false                  # ...unless this says no
  jobs: auto                        # guests at a time

  # known-issues: known.yaml        # a list of {signature, reason, link, until, line}
  retention: {logs: 30d, trials: 365d}
  # recipients: [list@example.org]
  # mail: {command: [/usr/sbin/sendmail, -t, -i], when: news}    # always, news or failing

  """
