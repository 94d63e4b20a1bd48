import ArgumentParser
import Model
import Reports

struct NightlyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nightly",
    abstract:
      "Run a test matrix (kernels x configs x scenarios) and report regressions against earlier nights.",
    discussion: """
      `zlab nightly example` prints a commented plan.

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
    commandName: "example", abstract: "Print a commented example plan.",
    discussion: """
        zlab nightly example > plan.yaml
        zlab nightly example --maintainer --source ~/linux > plan.yaml
      """)

  @Flag(help: "Print a plan that removes functions in every way from every kind of user, under lockdep")
  var maintainer = false

  @Option(help: "Kernel source of the plan of --maintainer, as of `zlab kernel build` (default: debian:sid)")
  var source: String?

  func validate() throws {
    guard maintainer || source == nil else { throw ValidationError("--source requires --maintainer.") }
    if source?.contains(where: \.isNewline) == true { throw ValidationError("A source has no line break.") }
  }

  func run() throws { try printResult(maintainer ? MaintainerPlan(source: source ?? "debian:sid").text : examplePlan) }
}

/// A plan that works on any host with the network, and what else one may say.
let examplePlan = """
  # Run with `zlab nightly plan.yaml`; `zlab nightly plan.yaml --dry-run` prints the matrix.
  schema: zlab.plan/1
  name: pci-unplug

  # Each source is tested with each scenario; a source that zlab builds, with each of its configs.
  sources:
    - release: bookworm             # the stock kernel of a Debian release
    - release: trixie
    # - source: debian:6.12         # built by zlab: Debian source package, directory or tar archive
    #   configs: [plain, debug]     # default: all configs of the plan
    # - git: ~/linux                # your branch, after `git fetch origin`
    #   branch: for-next
    #   fetch: origin
    #   patches: [on-top.mbox]
    # - kernel: mine                # a kernel from `zlab kernel list`
    #   line: "6.12"                # series to compare with (default: from its release)

  # Fragments added to the default ones, by name or as files.
  configs:
    plain: []
    debug: [kasan, lockdep]

  scenarios:
    - nothing
    - rng-unplug
    - scenario: slot-power-race
      set: {seconds: 2}
      trials: 6

  trials: 3                         # per cell, or `time: 10m`
  budget: 8h                        # time limit; remaining time goes to the least certain cells...
  left-over: false                  # ...if this is true
  jobs: auto                        # parallel guests
  # executor: slurm                 # trials as jobs of a cluster
  # slurm: {partition: nightly, account: kernel, options: [--qos=low]}

  # known-issues: known.yaml        # a list of {signature, reason, link, until, line}
  retention: {logs: 30d, trials: 365d}
  # recipients: [list@example.org]
  # mail: {command: [/usr/sbin/sendmail, -t, -i], when: news}    # always, news or failing; `redact: true` hides names

  """
