import ArgumentParser
import Bisect
import Foundation
import Records
import Reports
import Terminal

struct BisectSimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Tries the search on histories made by lot, and counts right answers and what they cost.",
    discussion: """
      The code is the one that searches real histories; only the trials are made by lot. A policy is `information`, the
      search of zlab's own, or `plain:RUNS`: bad at the first failure, good after so many clean trials.

        zlab bisect simulate
        zlab bisect simulate --rate 0.1 --build-cost 20 \\
            --policy information --policy plain:10 --policy plain:40
        zlab bisect simulate --commits 300 --merges 0.05 --broken 0.1 \\
            --misses 0.1 --format json
      """)

  @Option(help: "Commits between the good and the bad end.")
  var commits = 1000

  @Option(
    name: .customLong("rate"), parsing: .singleValue,
    help: "The failure rate of a bad commit; may be given several times.")
  var rates: [Double] = []

  @Option(help: ArgumentHelp("What a build costs.", valueName: "trials"))
  var buildCost = 0.0

  @Option(help: ArgumentHelp("The share of commits that do not build.", valueName: "share"))
  var broken = 0.0

  @Option(help: ArgumentHelp("Commits that are broken together, on average.", valueName: "count"))
  var brokenTogether = 1.0

  @Option(help: ArgumentHelp("The share of trials that the lab misses.", valueName: "share"))
  var misses = 0.0

  @Option(help: ArgumentHelp("The share of commits that are merges.", valueName: "share"))
  var merges = 0.0

  @Option(help: ArgumentHelp("What the rate is multiplied with in commits older than some.", valueName: "factor"))
  var drift = 1.0

  @Option(help: ArgumentHelp("The share of histories whose good end has the bug.", valueName: "share"))
  var badGood = 0.0

  @Option(help: "Histories for each line of the table.")
  var histories = 400

  @Option(help: "Decides all that is random.")
  var seed: UInt64 = 1

  @Option(help: "The confidence at which a search ends.")
  var confidence = 0.95

  @Option(help: "Failure rates below this are not held possible.")
  var smallestRate = BisectSettings().smallestRate

  @Option(
    name: .customLong("policy"), parsing: .singleValue,
    help: ArgumentHelp("How commits are chosen; may be given several times.", valueName: "policy"),
    transform: readPolicy)
  var policies: [BisectPolicy] = []

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...100_000).contains(histories) else { throw ValidationError("--histories must be 1 to 100000.") }
    guard (0.001...0.5).contains(smallestRate) else { throw ValidationError("--smallest-rate must be 0.001 to 0.5.") }
  }

  func run() async throws {
    let status = standardError
    defer { status.status(nil) }
    var lines: [SimulationReport.Line] = []
    for policy in policies.isEmpty ? [.information] : policies {
      for rate in rates.isEmpty ? [0.05, 0.1, 0.2, 0.3, 0.5] : rates {
        let searches = try await searches(rate, policy, status)
        lines.append(SimulationReport.Line(policy: policy, rate: rate, summary: SimulationSummary(searches)))
      }
    }
    status.status(nil)
    let report = SimulationReport(recipe: recipe(0), confidence: confidence, seed: seed, lines: lines)
    switch output.format {
    case .json: try put(jsonText(report))
    case .text: try put(report.text(output.style))
    }
  }

  /// All histories with one rate, on every core.
  private func searches(
    _ rate: Double, _ policy: BisectPolicy, _ status: StatusWriter
  ) async throws -> [SimulatedSearch] {
    let recipe = recipe(rate)
    var settings = BisectSettings()
    settings.policy = policy
    settings.confidence = confidence
    settings.smallestRate = smallestRate
    let workers = ProcessInfo.processInfo.activeProcessorCount
    let (seed, histories) = (seed, histories)
    return try await withThrowingTaskGroup(of: SimulatedSearch.self) { group in
      var (next, results) = (0, [SimulatedSearch]())
      while results.count < histories {
        while next < histories, next - results.count < workers {
          // Nearby seeds must not share their lots.
          let own = (seed &* 1_000_003 &+ UInt64(next)) &* 0x2545_f491_4f6c_dd1d
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
    return recipe
  }
}

@Sendable private func readPolicy(_ text: String) throws -> BisectPolicy {
  if text == "information" { return .information }
  guard text.hasPrefix("plain:"), let runs = Int(text.dropFirst(6)), (1...10_000).contains(runs) else {
    throw ValidationError("--policy must be information, or plain:RUNS with 1 to 10000 runs.")
  }
  return .plain(runs: runs)
}
