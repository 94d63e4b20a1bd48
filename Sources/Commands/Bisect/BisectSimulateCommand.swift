import ArgumentParser
import BisectSearch
import Foundation
import Model
import Reports

struct BisectSimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Simulate the search on random histories and report its accuracy and cost.",
    discussion: """
      Only the trials are simulated; the search is the one of `zlab bisect run`. A policy is `information`, zlab's \
      search, or `plain:RUNS`, a binary search that calls a commit bad at the first failure and good after RUNS clean \
      trials.

        zlab bisect simulate
        zlab bisect simulate --rate 0.1 --build-cost 20 \\
            --policy information --policy plain:10 --policy plain:40
        zlab bisect simulate --commits 300 --merges 0.05 --broken 0.1 \\
            --misses 0.1 --format json
        zlab bisect simulate --rate 0.3 --stray 0.01 --drift 0.25 \\
            --model fixed --model inferred
        zlab bisect simulate --rate 0.3 --bugs 2 --second-bug
        zlab bisect simulate --rate 0.3 --companion 0.8 --renamed
      """)

  @Option(help: "Number of commits in the range")
  var commits = 1000

  @Option(
    name: .customLong("rate"), parsing: .singleValue,
    help: "Failure rate of a bad commit; may be repeated (default: 0.05, 0.1, 0.2, 0.3 and 0.5)")
  var rates: [Double] = []

  @Option(help: ArgumentHelp("Cost of a build, in trials", valueName: "trials"))
  var buildCost = 0.0

  @Option(help: ArgumentHelp("Fraction of commits that do not build", valueName: "share"))
  var broken = 0.0

  @Option(help: ArgumentHelp("Mean number of adjacent commits that do not build", valueName: "count"))
  var brokenTogether = 1.0

  @Option(help: ArgumentHelp("Fraction of trials lost to infrastructure errors", valueName: "share"))
  var misses = 0.0

  @Option(help: ArgumentHelp("Fraction of commits that are merges", valueName: "share"))
  var merges = 0.0

  @Option(help: ArgumentHelp("Factor applied to the failure rate in older commits", valueName: "factor"))
  var drift = 1.0

  @Option(help: ArgumentHelp("Fraction of histories whose good commit has the bug", valueName: "share"))
  var badGood = 0.0

  @Option(help: ArgumentHelp("Rate at which good commits show the signature", valueName: "rate"))
  var stray = 0.0

  @Option(help: ArgumentHelp("Number of places at which the rate doubles or halves", valueName: "count"))
  var walk = 0

  @Option(help: ArgumentHelp("Number of bugs with the same signature, 1 or 2", valueName: "count"))
  var bugs = 1

  @Option(
    help: ArgumentHelp("Fraction of failing trials that show a second finding beside the target", valueName: "share"))
  var companion = 0.0

  @Flag(help: "In commits older than a random one the bug has another signature; only its companion is the same.")
  var renamed = false

  @Option(
    help: ArgumentHelp("Rate of another finding, which all commits show, and which ends no trial", valueName: "rate"))
  var other = 0.0

  @Option(
    name: .customLong("model"), parsing: .singleValue,
    help: ArgumentHelp(
      "What the search assumes: `fixed` (good commits fail in 1 of 10000 trials and the rate hardly changes) or "
        + "`inferred`; may be repeated (default: inferred)", valueName: "model"))
  var models: [SimulatedModel] = []

  @Option(help: "Number of histories per row")
  var histories = 400

  @Option(help: "Random seed")
  var seed: UInt64 = 1

  @Option(help: "Confidence level at which a search ends")
  var confidence = 0.95

  @Option(help: "Lowest failure rate considered")
  var smallestRate = BisectSettings().smallestRate

  @Flag(help: "Go on beyond the culprit, for a second bug with the same signature.")
  var secondBug = false

  @Option(
    name: .customLong("policy"), parsing: .singleValue,
    help: ArgumentHelp("Search policy; may be repeated (default: information)", valueName: "policy"),
    transform: readPolicy)
  var policies: [BisectPolicy] = []

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    guard (1...100_000).contains(histories) else { throw ValidationError("--histories must be 1 to 100000.") }
    guard (0.001...0.5).contains(smallestRate) else { throw ValidationError("--smallest-rate must be 0.001 to 0.5.") }
  }

  func run() async throws {
    let status = standardError
    defer { status.status(nil) }
    var lines: [SimulationReport.Line] = []
    for policy in policies.isEmpty ? [.information] : policies {
      for model in models.isEmpty ? [.inferred] : models {
        for rate in rates.isEmpty ? [0.05, 0.1, 0.2, 0.3, 0.5] : rates {
          let searches = try await searches(rate, policy, model, status)
          lines.append(
            SimulationReport.Line(policy: policy, model: model, rate: rate, summary: SimulationSummary(searches)))
        }
      }
    }
    status.status(nil)
    let report = SimulationReport(recipe: recipe(0), confidence: confidence, seed: seed, lines: lines)
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
  }

  /// All histories with one rate, on every core.
  private func searches(
    _ rate: Double, _ policy: BisectPolicy, _ model: SimulatedModel, _ status: StatusWriter
  ) async throws -> [SimulatedSearch] {
    let recipe = recipe(rate)
    var settings = BisectSettings()
    settings.policy = policy
    settings.confidence = confidence
    settings.smallestRate = smallestRate
    settings.wantsSecondBug = secondBug ? true : nil
    if model == .fixed { settings.assumeFixedRates() }
    let workers = ProcessInfo.processInfo.activeProcessorCount
    let (seed, histories) = (seed, histories)
    return try await withThrowingTaskGroup(of: SimulatedSearch.self) { group in
      var (next, results) = (0, [SimulatedSearch]())
      while results.count < histories {
        while next < histories, next - results.count < workers {
          let own = SplitMix64.seed(seed, ofSimulation: next)
          let settings = settings
          group.addTask { try simulate(SimulatedHistory(recipe, seed: own), settings, seed: own) }
          next += 1
        }
        if let result = try await group.next() { results.append(result) }
        status.status("\(policy.words) at \(decimals(rate, 3)): \(results.count)/\(histories) histories")
        try Task.checkCancellation()
      }
      return results
    }
  }

  private func recipe(_ rate: Double) -> SimulatedHistory.Recipe {
    var recipe = SimulatedHistory.Recipe()
    recipe.commits = commits
    recipe.rate = rate
    recipe.drift = drift
    recipe.buildCost = buildCost
    recipe.broken = broken
    recipe.brokenTogether = brokenTogether
    recipe.misses = misses
    recipe.merges = merges
    recipe.badGood = badGood
    recipe.stray = stray
    recipe.walk = walk
    recipe.bugs = bugs
    (recipe.companion, recipe.isRenamed, recipe.other) = (companion, renamed, other)
    return recipe
  }
}

/// Assumption of a simulated search about rates.
enum SimulatedModel: String, ExpressibleByArgument, CaseIterable, Encodable { case fixed, inferred }

@Sendable private func readPolicy(_ text: String) throws -> BisectPolicy {
  if text == "information" { return .information }
  guard text.hasPrefix("plain:"), let runs = Int(text.dropFirst(6)), (1...10_000).contains(runs) else {
    throw ValidationError("--policy must be information, or plain:RUNS with 1 to 10000 runs.")
  }
  return .plain(runs: runs)
}
