import ArgumentParser
import BisectSearch
import Bisection
import Foundation
import KernelSource
import Model
import Reports
import Schedules
import Trials

struct BisectStartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Start a bisection; builds nothing yet.",
    discussion: """
      The repository is never modified. Run the search with `zlab bisect run`.

        zlab bisect start --source ~/linux --good v6.1 --bad HEAD \\
            --scenario slot-power-race
        zlab bisect start --good v6.1 --scenario vfio-detach-race \\
            --set iterations=5 --confidence 0.99 --name detach
      """)

  @Option(
    help: "Git repository of the kernel", completion: .directory)
  var source = "."

  @Option(parsing: .singleValue, help: "Commit without the bug; may be repeated")
  var good: [String]

  @Option(help: "Commit with the bug")
  var bad = "HEAD"

  @Option(help: "Scenario: a name from `zlab scenario list`, or a .yaml file", completion: scenarioCompletion)
  var scenario: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Set a scenario parameter; may be repeated", valueName: "name=value"),
    completion: settingCompletion)
  var settings: [String] = []

  @OptionGroup(title: "Statistics") var targetSelection: TargetOptions
  @OptionGroup(title: "Statistics") var limits: BisectLimits
  @OptionGroup var name: BisectName
  @OptionGroup(title: "Build") var build: BuildOptions
  @OptionGroup(title: "Execution") var schedule: ScheduleOptions
  @OptionGroup(title: "Execution") var jobs: JobsOption

  @Option(
    help: "Image recipe, or a disk id prefix (default: the scenario's image)",
    completion: imageCompletion)
  var image: String?

  @Option(help: "Random seed (default: a random one)")
  var seed: UInt64?

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    try host.check()
    let folder = try name.folder
    guard !folder.exists else { throw BisectFolder.taken(folder.name) }
    var setup = try RunSetup(
      scenario, settings: readSettings(settings), image: image, execution: schedule)
    try await host.checkDevices(of: setup.scenario.functions)
    (setup.jobs, setup.hostWords) = (jobs.count(memory: setup.scenario.memory), host.words)
    let repository = try GitRepository(at: URL(fileURLWithPath: source))
    var goods: [String] = []
    for one in good { goods.append(try await repository.commit(one)) }
    let bad = try await repository.commit(bad)
    let range = try await repository.range(good: goods, bad: bad)
    _ = try build.request(repository.folder.path, patches: [])
    let plan = try await plan(setup, repository, ends(goods, range), bad)
    try await folder.create(plan, range) { try keepFragments(build, in: $0) }
    let state = try BisectState(plan, range, [])
    switch output.format {
    case .json: try printResult(jsonText(BisectReport(state, state.search.assessment, folder: folder.folder.path)))
    case .text:
      try printResult(
        "\(count(range.candidates.count, "commit")) between \(names(plan.good)) and \(bad.prefix(12))\n"
          + "start the search with `\(ReproCommand.bisectRun(name.name).text)`\n")
    }
  }

  private func names(_ good: [String]) -> String {
    good.prefix(3).map { String($0.prefix(12)) }.joined(separator: ", ") + (good.count > 3 ? ", ..." : "")
  }

  /// The good ends, the one to test first: where the candidates begin, and then what else was called good.
  private func ends(_ named: [String], _ range: CommitRange) -> [String] {
    let boundary = range.boundary.map(\.id)
    let near = named.filter(boundary.contains)
    for one in named where !boundary.contains(one) {
      let fork = boundary.first.map { "the merge base \($0.prefix(12))" } ?? "the merge base"
      printStatus("zlab: \(one.prefix(12)) is not an ancestor of the bad commit; testing \(fork) as good")
    }
    let rest = (boundary + named).filter { !near.contains($0) }
    return near + rest.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private func plan(
    _ setup: RunSetup, _ repository: GitRepository, _ good: [String], _ bad: String
  ) async throws -> BisectPlan {
    let seed = seed ?? UInt64.random(in: 0..<1 << 32)
    var settings = limits.settings
    (settings.smallestBatch, settings.largestBatch) = (min(setup.jobs, 64), max(setup.jobs, settings.largestBatch))
    var plan = BisectPlan(
      name: name.name, repository: repository.folder.path, good: good, bad: bad, scenario: setup.scenario.name,
      scenarioText: setup.scenario.text, parameters: setup.scenario.parameters,
      targetSelection: targetSelection.targetSelection, settings: settings,
      seed: seed, jobs: setup.jobs, schedule: setup.schedule, start: setup.start, image: setup.image,
      buildWords: keptWords(build), hostWords: setup.hostWords, command: "",
      started: Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded()))
    let kept = try await keptScenario(setup, in: userLocations)
    plan.scenarioFile = Catalogue.isFile(kept) ? kept : nil
    if let rules = setup.rules {
      plan.rules = try await keptSchedule(rules, in: userLocations).record
    }
    plan.command = again(try RunSetup(plan), source: repository.folder.path, seed: seed).text
    return plan
  }

  /// The command that starts the same again.
  func again(_ setup: RunSetup, source: String, seed: UInt64) -> ReproCommand {
    var command = ReproCommand("bisect start", ["--source", source])
    command.add("--good", each: good)
    command.add(["--bad", bad, "--scenario", setup.scenarioName] + targetSelection.words + limits.words + build.words)
    command.add(setup)
    command.add("--name", name.name == "default" ? nil : name.name)
    command.add(setup.hostWords + ["--seed", String(seed)])
    return command
  }
}

/// Options for the findings that make a commit bad.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Target signature; 'learned': those that the bad commit shows; 'any': every finding (default: learned)",
      valueName: "signature|learned|any"))
  var signature: [String] = []

  func validate() throws {
    if signature.count > 1, signature.contains("any") || signature.contains("learned") {
      throw ValidationError("--signature any and --signature learned cannot be combined with others.")
    }
    for one in signature where one != "any" && one != "learned" && one.wholeMatch(of: /[0-9a-f]{16}/) == nil {
      throw ValidationError(
        "'\(one)' is not a signature: expected 16 hex digits as printed by `zlab report`, 'learned' or 'any'.")
    }
  }

  var targetSelection: TargetSelection {
    switch signature.first {
    case nil, "learned": .learned
    case "any": .any
    default: .signatures(Set(signature))
    }
  }

  /// Options that a repeated command needs.
  var words: [String] { signature.flatMap { ["--signature", $0] } }
}

/// Options for the stopping rule of a search.
struct BisectLimits: ParsableArguments {
  @Option(help: "Confidence level of the answer")
  var confidence = 0.95

  @Option(
    help: ArgumentHelp(
      "Stop undecided after this number of trials (default: twice what a bug of the lowest rate takes)",
      valueName: "count"))
  var maxTrials: Int?

  @Option(help: "Lowest failure rate considered; a lower one makes the search longer")
  var smallestRate = BisectSettings().smallestRate

  @Flag(help: "Go on beyond the culprit, for a second bug with the same signature.")
  var secondBug = false

  func validate() throws {
    guard (0.001...0.5).contains(smallestRate) else { throw ValidationError("--smallest-rate must be 0.001 to 0.5.") }
    guard (0.5..<1).contains(confidence) else { throw ValidationError("--confidence must be 0.5 to below 1.") }
    if let maxTrials, !(1...10_000_000).contains(maxTrials) {
      throw ValidationError("--max-trials must be 1 to 10000000.")
    }
  }

  var settings: BisectSettings {
    var settings = BisectSettings()
    settings.confidence = confidence
    settings.mostTrials = maxTrials
    settings.smallestRate = smallestRate
    settings.wantsSecondBug = secondBug ? true : nil
    return settings
  }

  /// Options that a repeated command needs.
  var words: [String] {
    (confidence == 0.95 ? [] : ["--confidence", String(confidence)])
      + (maxTrials.map { ["--max-trials", String($0)] } ?? [])
      + (smallestRate == BisectSettings().smallestRate ? [] : ["--smallest-rate", String(smallestRate)])
      + (secondBug ? ["--second-bug"] : [])
  }
}
