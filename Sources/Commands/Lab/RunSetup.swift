import Foundation
import Model
import Reports
import Runs
import Schedules
import Trials

/// Setup of trials, independent of the kernel: the one place where each command that takes a scenario turns
/// its options into requests and into the command lines that reproduce them.
struct RunSetup {
  /// With its parameters set.
  private(set) var scenario: Scenario
  /// Name that is valid in any folder: a name of the catalogue's, or an absolute path.
  var scenarioName: String
  /// Parameters whose values are not the scenario's own.
  private(set) var settings: [String: String]
  /// The recipe of the image, or a disk's id: the scenario's own unless the user names another.
  private(set) var image: String
  var schedule: Schedule
  /// Schedule file whose rules are carried out on top of ``schedule``.
  var rules: ScheduleFile?
  var start: TrialStart
  /// Guests at a time.
  var jobs = 1
  /// Of intervals, strictly between 0 and 1.
  var confidence = 0.95
  /// Maximum number of cores of failed guests.
  var cores = 0
  /// Options of where guests run.
  var hostWords: [String] = []
  /// Cluster for the trials; nil for guests of this host.
  var cluster: Cluster?

  /// - Parameters:
  ///   - text: a scenario's name, or a file ending in .yaml.
  ///   - image: instead of the scenario's own.
  /// - Throws: `RequestError` when there is no such scenario, or it has no such parameter.
  init(
    _ text: String, settings: [String: String] = [:], image: String? = nil, schedule: Schedule, start: TrialStart
  ) throws(RequestError) {
    let name = Catalogue.isFile(text) ? absolutePath(text) : text
    var scenario = try Catalogue.find(name)
    if Catalogue.isFile(name), scenario.image.contains("/") {
      // A recipe's folder is meant from where the file lies.
      scenario.image =
        URL(fileURLWithPath: scenario.image, relativeTo: URL(fileURLWithPath: name)).standardizedFileURL.path
    }
    try self.init(
      scenario, named: name, settings: settings, image: image, schedule: schedule, start: start)
  }

  /// - Parameters:
  ///   - scenario: as it was read.
  ///   - name: what a command line calls it.
  init(
    _ scenario: Scenario, named name: String, settings: [String: String], image: String?, schedule: Schedule,
    start: TrialStart
  ) throws(RequestError) {
    (self.scenario, scenarioName) = (scenario, name)
    self.settings = settings.filter { scenario.parameters[$0.key] != $0.value }
    (self.schedule, self.start) = (schedule, start)
    // A path has a slash in it; no name of a recipe does.
    self.image = image.map { $0.contains("/") ? absolutePath($0) : $0 } ?? scenario.image
    try self.scenario.set(settings)
  }

  /// - Parameter execution: options of how vCPUs run, which may name a schedule file.
  /// - Throws: `RequestError` as above, and when the schedule file cannot be read or is wrong.
  init(
    _ text: String, settings: [String: String], image: String?, execution: ScheduleOptions
  ) throws(RequestError) {
    let rules = try execution.rules()
    var schedule = Schedule.mttcg
    if case .named(let named) = execution.chosen { schedule = named }
    var settings = settings
    if let kinds = execution.continueAfter { settings[Scenario.continueAfter] = kinds }
    try self.init(
      text, settings: settings, image: image, schedule: rules?.base ?? schedule, start: execution.start)
    self.rules = rules
  }

  /// The same with other values of some parameters.
  /// - Throws: `RequestError` when the scenario has no such parameter.
  func setting(_ values: [String: String]) throws(RequestError) -> RunSetup {
    var setup = self
    setup.settings.merge(values) { $1 }
    try setup.scenario.set(values)
    return setup
  }

  /// The image that was named instead of the scenario's own; nil when none was.
  var otherImage: String? { image == scenario.image ? nil : image }

  /// The kernel, and the image for it, which is built where it is not in the cache.
  /// - Throws: as ``BootSet/init(kernel:image:)``.
  func boot(_ kernel: String) async throws -> BootSet { try await BootSet(kernel: kernel, image: image) }

  /// A run's request.
  /// - Parameters:
  ///   - command: that reproduces it; nil makes it of what is given here.
  ///   - facts: of the host.
  /// - Throws: `RequestError` when the scenario needs tests that the kernel was built without.
  func request(
    on boot: BootSet, goal: RunGoal, seed: UInt64, emulator: String, facts: [String: String] = [:],
    command: String? = nil
  ) throws(RequestError) -> RunRequest {
    let reproduces =
      command ?? ReproCommand.run(self, kernel: String(boot.kernel.id.prefix(12)), goal: goal, seed: seed).text
    var request = try boot.request(
      scenario, emulator: emulator, goal: goal, jobs: jobs, seed: seed, confidence: confidence, schedule: schedule,
      start: start, command: reproduces)
    request.host = facts
    request.cores = cores
    request.rules = rules
    request.executors = cluster?.executors(for: request)
    return request
  }
}

extension RunSetup {
  /// Setup of an earlier run; its command line stays its own.
  /// - Throws: `RequestError` when its scenario cannot be read any more.
  init(of run: Run) throws(RequestError) {
    let scenario = try Scenario(parsing: run.scenarioText, file: "the scenario of run \(run.id)")
    try self.init(
      scenario, named: run.scenario, settings: run.parameters, image: run.image.disk ?? run.image.name,
      schedule: run.schedule ?? .mttcg, start: run.start ?? .booted)
    if let kept = run.rules { rules = try ScheduleFile(parsing: kept.text, file: kept.file) }
    confidence = run.confidence
    jobs = run.jobs ?? 1
    cores = run.cores ?? 0
  }
}
