import ArgumentParser
import Foundation
import Records
import Reports
import Statistics

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Says whether a patch fixes what it is to fix: trials before and after it, until chance is excluded.",
    discussion: """
      Takes the patch as it came in the mail, builds the kernel without and with it, and runs the scenario on both in \
      turns. Exits 0 when it is fixed, 1 when the patched kernel fails, 2 when the trials do not tell, 64 when the patch \
      does not apply or compile.

        zlab verify fix.mbox --source debian:6.1 --scenario vfio-detach-race
        zlab verify reply.txt --source ~/linux --rev v6.12 --on bad.patch \\
            --scenario vfio-detach-race --schedule icount
        zlab verify fix.mbox --source debian:6.1 --scenario slot-power-race \\
            --format mail > answer.txt
      """)

  @Argument(help: "A mail, mailbox or diff with the patch; '-' is standard input.", completion: .file())
  var mail: String

  @Option(help: "What to build: debian:6.1, a git tree, a folder or a tar archive.", completion: .file())
  var source: String

  @Option(help: "A scenario's name, or a file ending in .yaml.", completion: scenarioCompletion)
  var scenario: String

  @Option(
    name: .customLong("on"), parsing: .singleValue,
    help: ArgumentHelp("A patch below both sides, such as one that brings a bug back.", valueName: "file"),
    completion: .file())
  var base: [String] = []

  @OptionGroup var build: BuildOptions
  @OptionGroup var limits: VerifyLimits
  @OptionGroup var schedule: ScheduleOptions

  @Option(
    name: .customLong("set"), help: ArgumentHelp("A parameter of the scenario.", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @Option(
    help: "The image's recipe, or the first digits of a disk's id (default: the scenario's own).",
    completion: imageCompletion)
  var image: String?

  @OptionGroup var jobs: JobsOption

  @Option(help: "Decides all that is random.")
  var seed: UInt64?

  @OptionGroup var host: HostOptions
  @OptionGroup var output: VerifyOutput

  func validate() throws {
    let readers = ([mail] + base).count { $0 == "-" }
    guard readers <= 1 else { throw ValidationError("Standard input can be read only once.") }
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
      say("zlab: interrupted; what was built is in the cache, the trials are in the report")
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

/// When a comparison has done enough.
struct VerifyLimits: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The chance, at most, to call a patch a fix that changes nothing.", valueName: "probability"))
  var error = 0.01

  @Option(help: ArgumentHelp("Give up after so many pairs of trials.", valueName: "count"))
  var maxPairs = 200

  @Option(
    name: .customLong("for"), help: ArgumentHelp("No trial starts after this time.", valueName: "time"),
    transform: timeArgument)
  var time: Duration?

  @Option(
    help: ArgumentHelp(
      "Hunt only this signature; without it, everything that shows before the patch is hunted.",
      valueName: "signature"))
  var signature: [String] = []

  @Option(help: "The confidence of the intervals.")
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
      throw ValidationError("'\(one)' is no signature: 16 hex digits, as `zlab report` shows them.")
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

/// How the result of a comparison is written.
enum VerifyFormat: String, ExpressibleByArgument, CaseIterable { case text, json, mail }

/// The choice of output, with the reply to a list.
struct VerifyOutput: ParsableArguments {
  @Option(help: "How the result is written to standard output; mail is a reply for the list.")
  var format: VerifyFormat = .text

  var style: Style { .forTerminal }
}
