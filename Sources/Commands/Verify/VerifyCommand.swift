import ArgumentParser
import Foundation
import Records
import Reports
import Statistics

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Test whether a patch fixes a bug: paired trials with and without it until the result is significant.",
    discussion: """
      Reads the patch from a mail, builds the kernel without and with it, and alternates trials of both. Exit status: 0 \
      fixed, 1 if the patched kernel fails, 2 inconclusive, 64 if the patch does not apply or compile, 69 infrastructure \
      error.

        zlab verify fix.mbox --source debian:6.1 --scenario vfio-detach-race
        zlab verify reply.txt --source ~/linux --rev v6.12 --on bad.patch \\
            --scenario vfio-detach-race --schedule icount
        zlab verify fix.mbox --source debian:6.1 --scenario slot-power-race \\
            --format mail > answer.txt
      """)

  @Argument(help: "Mail, mbox or diff with the patch; '-' is stdin", completion: .file())
  var mail: String

  @Option(help: "Kernel source: debian:VERSION, a git tree, a directory or a tar archive", completion: .file())
  var source: String

  @Option(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String

  @Option(
    name: .customLong("on"), parsing: .singleValue,
    help: ArgumentHelp(
      "Patch to apply on both sides first, such as one that reintroduces a bug; may be repeated", valueName: "file"),
    completion: .file())
  var base: [String] = []

  @OptionGroup(title: "Build") var build: BuildOptions
  @OptionGroup(title: "Statistics") var limits: VerifyLimits
  @OptionGroup(title: "Execution") var schedule: ScheduleOptions

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @Option(
    help: "Image recipe, or a disk id prefix (default: the scenario's image)",
    completion: imageCompletion)
  var image: String?

  @OptionGroup(title: "Execution") var jobs: JobsOption

  @Option(help: "Random seed (default: a random one)")
  var seed: UInt64?

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var output: VerifyOutput
  @OptionGroup(title: "Output") var progress: ProgressOptions

  func validate() throws {
    let readers = ([mail] + base).count { $0 == "-" }
    guard readers <= 1 else { throw ValidationError("stdin ('-') can be given only once.") }
  }

  func run() async throws {
    stepBack()
    var session = try VerifySession(self)
    let result = try await session.conduct()
    switch output.format {
    case .json: try put(jsonText(VerifyReport(result)))
    case .text: try put(VerifyReport(result).text(output.style))
    case .mail: try put(VerifyReport(result).mail())
    }
    if result.state == .interrupted {
      say("zlab: interrupted; built kernels are cached, completed trials are in the report")
      throw ExitStatus.interrupted.exit
    }
    // Nothing is known about the kernel when the lab kept failing.
    if result.judgement.reason == .misses { throw ExitStatus.labCannot.exit }
    throw ExitCode(result.judgement.verdict.exitCode)
  }

  /// The command that does the same again.
  func again(_ setup: RunSetup, seed: UInt64) -> ReproCommand {
    var command = ReproCommand("verify", [absolutePath(mail), "--source", absolutePath(source)])
    command.add("--scenario", setup.scenarioName)
    command.add("--on", each: base.map(absolutePath))
    command.add(build.words + limits.words)
    command.add(setup)
    command.add(setup.hostWords + ["--seed", String(seed)])
    return command
  }
}

/// Options for the stopping rule of a comparison.
struct VerifyLimits: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Significance level: maximum probability of a false \"fixed\"", valueName: "probability"))
  var error = 0.01

  @Option(help: ArgumentHelp("Maximum number of pairs of trials", valueName: "count"))
  var maxPairs = 200

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("Time limit: start no trial later than this, for instance 90s, 10m or 8h", valueName: "time"),
    transform: timeArgument)
  var time: Duration?

  @Option(
    help: ArgumentHelp(
      "Target signature; may be repeated (default: all that appear without the patch)",
      valueName: "signature"))
  var signature: [String] = []

  @Option(help: "Confidence level of intervals")
  var confidence = 0.95

  func validate() throws {
    guard (1e-9...0.2).contains(error) else { throw ValidationError("--error must be 1e-9 to 0.2.") }
    guard (1...100_000).contains(maxPairs) else { throw ValidationError("--max-pairs must be 1 to 100000.") }
    guard (0.5..<1).contains(confidence) else { throw ValidationError("--confidence must be 0.5 to below 1.") }
    let least = FixLimits(error: error).failuresNeeded
    guard maxPairs >= least else {
      throw ValidationError("--max-pairs must be at least \(least) for --error \(error).")
    }
    for one in signature where one.wholeMatch(of: /[0-9a-f]{16}/) == nil {
      throw ValidationError("'\(one)' is not a signature: expected 16 hex digits as printed by `zlab report`.")
    }
  }

  /// A judge by these limits.
  var judge: FixJudge {
    FixJudge(
      hunting: signature.isEmpty ? nil : Set(signature),
      limits: FixLimits(error: error, maximumPairs: maxPairs, confidence: confidence))
  }

  /// Options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    var words = error == 0.01 ? [] : ["--error", String(error)]
    if maxPairs != 200 { words += ["--max-pairs", String(maxPairs)] }
    if let time { words += ["--for", "\(time.components.seconds)s"] }
    for one in signature { words += ["--signature", one] }
    if confidence != 0.95 { words += ["--confidence", String(confidence)] }
    return words
  }
}

/// Output format of a comparison.
enum VerifyFormat: String, ExpressibleByArgument, CaseIterable { case text, json, mail }

/// The choice of output, with the reply to a list.
struct VerifyOutput: ParsableArguments {
  @Option(help: "Output format on stdout; mail is a reply for the list")
  var format: VerifyFormat = .text

  @OptionGroup var color: ColorOption

  var style: Style { .forTerminal }
}
