package import Guest
package import Model
package import Schedules
package import Statistics
package import Trials

/// Everything that one run needs to know.
package struct RunRequest: Sendable {
  /// Id of a new run: 8 hex digits that no other has; nil draws some.
  package var id: String?
  package var scenario: Scenario
  package var kernel: KernelRecord
  package var image: ImageRecord
  /// Paths of what guests boot.
  package var kernelPath: String
  package var initramfsPath: String
  /// The disk whose overlays guests get; nil for guests without one.
  package var diskPath: String?
  package var emulator: String
  package var goal: RunGoal
  /// Guests at a time, at least 1.
  package var jobs: Int
  package var seed: UInt64
  /// Strictly between 0 and 1.
  package var confidence: Double
  package var schedule: Schedule
  /// Schedule file whose rules are carried out on top of ``schedule``; nil for none.
  package var rules: ScheduleFile?
  /// Order of the tasks in a trial with ``rules`` that was traced; empty for none.
  package var story: [StoryStep] = []
  /// Start of trials: restored from a saved guest where possible, or booted.
  package var start: TrialStart
  package var limits: TrialLimits
  /// The trial to repeat, whose own seed is then ``seed``; nil for trials with seeds that follow from it.
  package var replay: Replay?
  /// The trials to make once more, of the run whose seed is ``seed``; nil for as many as ``goal`` says.
  package var repeats: RepeatedTrials?
  /// Findings that end a run that goes on until a finding.
  package var targets = TargetSignatures.any
  /// Maximum number of cores of failed guests the run may keep in its folder.
  package var cores = 0
  /// Takes what the scenario names from guests' disks; nil for nobody.
  package var collector: (any DiskCollector)?
  /// The line of kernels that it is compared within; nil for that of the kernel's release.
  package var line: String?
  /// Backend of the trials; nil for guests of this host.
  package var executors: (any TrialExecutorProvider)?
  /// The command that makes the same run again.
  package var command: String
  /// Facts of the host by name.
  package var host: [String: String]

  package init(
    scenario: Scenario, kernel: KernelRecord, image: ImageRecord, kernelPath: String, initramfsPath: String,
    emulator: String, goal: RunGoal, jobs: Int, seed: UInt64, confidence: Double = 0.95,
    schedule: Schedule = .mttcg, start: TrialStart = .restored, limits: TrialLimits = TrialLimits(), command: String,
    host: [String: String] = [:]
  ) {
    self.scenario = scenario
    self.kernel = kernel
    self.image = image
    self.kernelPath = kernelPath
    self.initramfsPath = initramfsPath
    self.emulator = emulator
    self.goal = goal
    self.jobs = jobs
    self.seed = seed
    self.confidence = confidence
    self.schedule = schedule
    self.start = start
    self.limits = limits
    self.command = command
    self.host = host
  }
}

/// Progress event of a run, in order.
package enum RunEvent: Sendable {
  case started(Run)
  /// Something worth a line.
  case note(String)
  case phase(trial: Int, TrialPhase)
  /// State of a queue outside of this process, for a status line.
  case queue(String)
  case trial(Trial)
  case ended(Run)

  /// Event of the run's executor.
  init(_ event: ExecutorEvent) {
    switch event {
    case .note(let text): self = .note(text)
    case .phase(let trial, let phase): self = .phase(trial: trial, phase)
    case .queue(let text): self = .queue(text)
    }
  }
}
