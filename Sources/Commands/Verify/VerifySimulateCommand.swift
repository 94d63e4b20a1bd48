import ArgumentParser
import Foundation
import Model
import Reports
import Statistics

struct VerifySimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-simulate",
    abstract: "Simulate `zlab verify` on random trials and report how often which verdict comes up.",
    discussion: """
      Also called as `zlab verify simulate`. Only the trials are simulated; the verdicts are those of `zlab verify`. \
      A row is a patch that makes the failure so many times rarer; 1 is a patch without effect, and `inf` is a fix.

        zlab verify-simulate
        zlab verify-simulate --rate 0.3 --rarer 5 --rarer 10 --courses 1000
        zlab verify-simulate --rate 0.2 --rarer 1 --load 0.2 --misses 0.2
        zlab verify-simulate --rate 1 --rarer inf --hidden 0.5
      """)

  @Option(
    name: .customLong("rate"), parsing: .singleValue,
    help: "Failure rate without the patch; may be repeated (default: 0.1, 0.3 and 1)")
  var rates: [Double] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Divisor of the rate with the patch; may be repeated (default: 1, 2, 5, 10, 100 and inf)", valueName: "factor"))
  var rarer: [Double] = []

  @Option(help: ArgumentHelp("Fraction of trials lost to infrastructure errors", valueName: "share"))
  var misses = 0.0

  @Option(help: ArgumentHelp("Factor applied to all rates in every other 50 trials", valueName: "factor"))
  var load = 1.0

  @Option(help: ArgumentHelp("Rate of another failure that ends trials on both sides", valueName: "rate"))
  var other = 0.0

  @Option(
    help: ArgumentHelp(
      "Rate of a failure of both kernels that shows only in trials that no other one ended", valueName: "rate"))
  var hidden = 0.0

  @Option(
    help: ArgumentHelp("Rate of a failure that the patch adds, in trials that no other one ended", valueName: "rate"))
  var adds = 0.0

  @Option(help: ArgumentHelp("Failures known from an earlier run, as with --base-run", valueName: "count"))
  var known = 0

  @Option(help: "Number of comparisons per row")
  var courses = 400

  @Option(help: "Random seed")
  var seed: UInt64 = 1

  @Option(help: "Significance level: maximum probability of a false \"fixed\"")
  var alpha = VerifyLimits.usualAlpha

  @Option(help: "Exclude that this part of the rate is left, as a divisor, before it is fixed")
  var factor = VerifyLimits.usualFactor

  @Option(help: "Maximum number of trials, half of them with the patch")
  var maxTrials = 400

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    for share in rates + [misses, other, hidden, adds] where !(0...1).contains(share) {
      throw ValidationError("Rates and fractions must be 0 to 1, not \(share).")
    }
    guard rarer.allSatisfy({ $0 >= 1 }), load >= 0, load.isFinite else {
      throw ValidationError("--rarer must be 1 or more, and --load 0 or more.")
    }
    guard (1...100_000).contains(courses), (0...10_000).contains(known), (2...200_000).contains(maxTrials) else {
      throw ValidationError("--courses must be 1 to 100000, --known 0 to 10000, --max-trials 2 to 200000.")
    }
    guard (1e-9...0.2).contains(alpha), (1...1000).contains(factor) else {
      throw ValidationError("--alpha must be 1e-9 to 0.2, and --factor 1 to 1000.")
    }
  }

  func run() async throws {
    let status = standardError
    defer { status.status(nil) }
    var lines: [VerifySimulation.Line] = []
    for rate in rates.isEmpty ? [0.1, 0.3, 1] : rates {
      for rarer in rarer.isEmpty ? [1, 2, 5, 10, 100, .infinity] : rarer {
        status.status("rate \(decimals(rate, 3)), \(decimals(rarer, 0)) times rarer")
        lines.append(line(rate, rarer))
        try Task.checkCancellation()
      }
    }
    status.status(nil)
    let report = VerifySimulation(
      courses: courses, seed: seed, misses: misses, load: load, other: other, hidden: hidden, adds: adds, known: known,
      alpha: alpha,
      factor: factor, maxTrials: maxTrials, lines: lines)
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printResult(report.text)
    }
  }

  private func line(_ rate: Double, _ rarer: Double) -> VerifySimulation.Line {
    let limits = FixLimits(error: alpha, maximumPairs: maxTrials / 2, factor: factor)
    var verdicts: [FixVerdict: Int] = [:]
    var trials = 0
    for course in 0..<courses {
      let own = SplitMix64.seed(seed, ofSimulation: course)
      // The first that comes up ends the trial.
      func kernel(_ rate: Double, adds: Double) -> SimulatedComparison.Kernel {
        let rates = [("other", other), ("bug", rate), ("hidden", hidden), ("new", adds)]
        return SimulatedComparison.Kernel(
          rates: rates.filter { $0.1 > 0 || $0.0 == "bug" }.map { (signature: $0.0, rate: $0.1) }, misses: misses)
      }
      var comparison = SimulatedComparison(
        before: kernel(rate, adds: 0), after: kernel(rate / rarer, adds: adds), seed: own)
      comparison.load = load
      comparison.makeEarlierRun(failures: known)
      let judgement = comparison.verify(targeting: other + hidden > 0 ? ["bug"] : nil, limits: limits)
      verdicts[judgement.verdict, default: 0] += 1
      trials += judgement.before.judged + judgement.after.judged + judgement.before.misses + judgement.after.misses
    }
    return VerifySimulation.Line(
      rate: rate, rarer: rarer.isFinite ? rarer : nil,
      verdicts: Dictionary(uniqueKeysWithValues: FixVerdict.allCases.map { ($0.rawValue, verdicts[$0] ?? 0) }),
      meanTrials: Double(trials) / Double(courses))
  }
}

/// The object of `zlab verify simulate --format json`.
struct VerifySimulation: Encodable {
  /// One rate and one patch.
  struct Line: Encodable {
    let rate: Double
    /// Divisor of the rate with the patch; left out for a fix.
    let rarer: Double?
    /// Courses by verdict.
    let verdicts: [String: Int]
    /// Trials of both sides, misses among them.
    let meanTrials: Double

    enum CodingKeys: String, CodingKey {
      case rate, rarer, verdicts
      case meanTrials = "mean_trials"
    }
  }

  let schema = "zlab.verify-simulation/2"
  let courses: Int
  let seed: UInt64
  let misses: Double
  let load: Double
  let other: Double
  let hidden: Double
  let adds: Double
  let known: Int
  let alpha: Double
  let factor: Double
  let maxTrials: Int
  let lines: [Line]

  enum CodingKeys: String, CodingKey {
    case schema, courses, seed, misses, load, other, hidden, adds, known, alpha, factor, lines
    case maxTrials = "max_trials"
  }

  /// The table for a person.
  var text: String {
    var rows = [["rate", "times rarer"] + FixVerdict.allCases.map(\.rawValue) + ["trials"]]
    for line in lines {
      let shares = FixVerdict.allCases.map { verdict in
        decimals(100 * Double(line.verdicts[verdict.rawValue] ?? 0) / Double(courses), 1) + " %"
      }
      rows.append(
        [decimals(line.rate, 3), line.rarer.map { decimals($0, 1) } ?? "gone"] + shares
          + [decimals(line.meanTrials, 1)])
    }
    return """
      \(table(rows))

      \(count(courses, "course")) for each line, seed \(seed), alpha \(alpha), factor \(decimals(factor, 1)), at most \
      \(count(maxTrials, "trial")); trials: of both sides, on average, misses among them.

      """
  }
}
