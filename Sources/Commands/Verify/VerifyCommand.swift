import ArgumentParser
import Foundation
import Model
import Reports
import Statistics

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Test whether a patch fixes a bug: paired trials with and without it until the result is significant.",
    discussion: """
      Reads the patch from a mail, builds the kernel without and with it, and alternates trials of both. Two kernels \
      that are built already are compared with --before and --after. `fixed` means that the failure is gone and that a \
      rate of a tenth of the one before (--factor) is excluded; short of that it is `not seen`. Exit status: 0 fixed, \
      1 if the patched kernel fails, 2 not seen or inconclusive, 64 if the patch does not apply or compile, 69 \
      infrastructure error. `zlab verify simulate` shows how often which verdict comes up.

        zlab verify fix.mbox --source debian:6.1 --scenario vfio-detach-race
        zlab verify reply.txt --source ~/linux --rev v6.12 --base-patch bad.patch \\
            --scenario vfio-detach-race --schedule icount
        zlab verify fix.mbox --source debian:6.1 --scenario slot-power-race \\
            --format mail > answer.txt
        zlab verify --before debian:bookworm --after latest \\
            --scenario slot-power-race
      """)

  @Argument(help: "Mail, mbox or diff with the patch; '-' is stdin", completion: .file())
  var mail: String?

  @Option(help: "Kernel source: debian:VERSION, a git tree, a directory or a tar archive", completion: .file())
  var source: String?

  @Option(
    help: ArgumentHelp("Go on with a comparison that was cut short: either of its runs, or latest", valueName: "run"))
  var resume: String?

  @Option(help: "Kernel without the patch, instead of a mail and a source", completion: kernelCompletion)
  var before: String?

  @Option(help: "Kernel with the patch, beside --before", completion: kernelCompletion)
  var after: String?

  @Option(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String?

  @Option(
    name: .customLong("base-patch"), parsing: .singleValue,
    help: ArgumentHelp(
      "Patch to apply on both sides first, such as one that reintroduces a bug; may be repeated", valueName: "file"),
    completion: .file())
  var base: [String] = []

  @OptionGroup(title: "Build") var revision: RevisionOption
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
    let readers = ([mail ?? ""] + base).count { $0 == "-" }
    guard readers <= 1 else { throw ValidationError("stdin ('-') can be given only once.") }
    if resume != nil {
      guard mail == nil, source == nil, scenario == nil, before == nil, after == nil, base.isEmpty, settings.isEmpty,
        image == nil, seed == nil, limits.alpha == VerifyLimits.usualAlpha, limits.factor == VerifyLimits.usualFactor
      else { throw ValidationError("--resume does what the comparison was asked for, and takes nothing beside it.") }
      return
    }
    guard scenario != nil else { throw ValidationError("Missing --scenario: what is done to both kernels.") }
    if before != nil || after != nil {
      guard before != nil, after != nil, mail == nil, source == nil, base.isEmpty else {
        throw ValidationError("--before and --after go together, without a patch, --source and --base-patch.")
      }
    } else {
      guard mail != nil else { throw ValidationError("Missing the patch: a mail, mbox or diff, or '-'.") }
      guard source != nil else { throw ValidationError("Missing --source: what the patch applies to.") }
    }
  }

  func run() async throws {
    lowerPriority()
    var session = try resume.map { try VerifySession(resuming: $0) } ?? VerifySession(self)
    let result = try await session.execute()
    switch output.format {
    case .json: try printResult(jsonText(VerifyReport(result)))
    case .text: try printReport(VerifyReport(result).text(output.style))
    case .mail: try printResult(VerifyReport(result).mail())
    }
    if result.state == .interrupted {
      printStatus("zlab: interrupted; `\(ReproCommand.resume("verify", result.id).text)` goes on")
      throw ExitStatus.interrupted.exit
    }
    // Nothing is known about the kernel when the lab kept failing.
    if result.judgement.reason == .misses { throw ExitStatus.labCannot.exit }
    throw ExitCode(result.judgement.verdict.exitCode)
  }

  /// The command that does the same again.
  func again(_ setup: RunSetup, seed: UInt64) -> ReproCommand {
    var command = ReproCommand("verify", [])
    if let mail { command.add([absolutePath(mail)]) }
    if let source { command.add("--source", absolutePath(source)) }
    if let before { command.add("--before", before.contains("/") ? absolutePath(before) : before) }
    if let after { command.add("--after", after.contains("/") ? absolutePath(after) : after) }
    command.add("--scenario", setup.scenarioName)
    command.add("--base-patch", each: base.map(absolutePath))
    command.add((mail == nil ? [] : revision.words + build.words) + limits.words)
    command.add(setup)
    command.add(setup.hostWords + ["--seed", String(seed)])
    return command
  }
}

/// Options for the stopping rule of a comparison.
struct VerifyLimits: ParsableArguments {
  static let (usualAlpha, usualFactor) = (0.01, 10.0)

  @Option(
    help: ArgumentHelp(
      "Significance level: maximum probability of a false \"fixed\"", valueName: "probability"))
  var alpha = usualAlpha

  @Option(help: ArgumentHelp("Maximum number of trials, half of them with the patch", valueName: "count"))
  var maxTrials = 400

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

  @Option(help: ArgumentHelp("Exclude that this part of the rate is left, as a divisor, before it is fixed"))
  var factor = usualFactor

  @Option(
    name: .customLong("base-run"),
    help: ArgumentHelp(
      "Count the trials of an earlier run of the kernel without the patch, made in the same way", valueName: "run"))
  var baseRun: String?

  @Option(help: "List of known issues (YAML), as in a nightly plan", completion: .file(extensions: ["yaml", "yml"]))
  var knownIssues: String?

  @Option(help: "Confidence level of intervals, and of what --factor excludes")
  var confidence = 0.95

  func validate() throws {
    guard (1e-9...0.2).contains(alpha) else { throw ValidationError("--alpha must be 1e-9 to 0.2.") }
    guard (2...200_000).contains(maxTrials) else { throw ValidationError("--max-trials must be 2 to 200000.") }
    guard (1...1000).contains(factor) else { throw ValidationError("--factor must be 1 to 1000.") }
    guard (0.5..<1).contains(confidence) else { throw ValidationError("--confidence must be 0.5 to below 1.") }
    let least = 2 * FixLimits(error: alpha).failuresNeeded
    guard maxTrials >= least else {
      throw ValidationError("--max-trials must be at least \(least) for --alpha \(alpha).")
    }
    for one in signature where one.wholeMatch(of: /[0-9a-f]{16}/) == nil {
      throw ValidationError("'\(one)' is not a signature: expected 16 hex digits as printed by `zlab report`.")
    }
  }

  /// Pairs of trials within ``maxTrials``, at least 1.
  var maxPairs: Int { maxTrials / 2 }

  /// A judge by these limits.
  /// - Parameters:
  ///   - known: signatures that are nothing new.
  ///   - earlier: trials of the kernel before the patch, from an earlier run.
  func judge(known: Set<String>, earlier: [Trial]) -> PatchTest {
    PatchTest(
      targeting: signature.isEmpty ? nil : Set(signature),
      limits: FixLimits(error: alpha, maximumPairs: maxPairs, factor: factor, confidence: confidence),
      knownIssues: known, earlier: earlier.map { TrialObservation($0) })
  }

  /// Options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    var words = alpha == 0.01 ? [] : ["--alpha", String(alpha)]
    if maxTrials != 400 { words += ["--max-trials", String(maxTrials)] }
    if let time { words += ["--for", "\(time.components.seconds)s"] }
    for one in signature { words += ["--signature", one] }
    if factor != 10 { words += ["--factor", String(factor)] }
    if let baseRun { words += ["--base-run", baseRun] }
    if let knownIssues { words += ["--known-issues", absolutePath(knownIssues)] }
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
