package import FoundationEssentials

/// One side of a comparison: what ran, and where its trials are.
package struct VerifySide: Codable, Sendable, Hashable {
  package var kernel: KernelRecord
  /// The run that holds the trials; nil when none was begun.
  package var run: String?
  /// Directory of the run's logs; nil when none was begun.
  package var folder: String?
  /// Titles of what its kernel reported before the scenario began, each once; nil for nothing.
  package var early: [String]?

  package init(kernel: KernelRecord, run: String? = nil, folder: String? = nil, early: [String]? = nil) {
    self.kernel = kernel
    self.run = run
    self.folder = folder
    self.early = early
  }
}

/// Subject of a comparison: all that both sides share, and the patch that only one has.
package struct VerifySubject: Codable, Sendable, Hashable {
  /// The source in words, for instance `debian:6.1, linux-source-6.1 6.1.192-2`.
  package var source: String
  /// The patches below both sides, in the order of applying.
  package var base: [PatchMention]
  /// The patches that only the side after has, in the order of applying; at least one.
  package var patches: [PatchMention]
  /// The fragments' names.
  package var config: [String]
  /// The compiler in words, for instance `s390x-linux-gnu-gcc 12.2.0`.
  package var toolchain: String
  package var scenario: String
  /// The scenario's parameters, as they were set.
  package var parameters: [String: String]
  /// Schedule of the guest's CPUs, for instance `icount`; nil when the scenario alone decides.
  package var schedule: String?
  /// The signatures that the user asked for; nil when every signature seen before the patch is a target.
  package var targeted: [String]?
  /// The mail that carried the patch; nil when it did not come in one.
  package var mail: MailReference?

  package init(
    source: String, base: [PatchMention] = [], patches: [PatchMention], config: [String], toolchain: String,
    scenario: String, parameters: [String: String] = [:], schedule: String? = nil, targeted: [String]? = nil,
    mail: MailReference? = nil
  ) {
    self.source = source
    self.base = base
    self.patches = patches
    self.config = config
    self.toolchain = toolchain
    self.scenario = scenario
    self.parameters = parameters
    self.schedule = schedule
    self.targeted = targeted
    self.mail = mail
  }
}

/// One `zlab verify` with all that its reports tell.
package struct VerifyResult: Codable, Sendable, Hashable {
  /// 8 hex digits, drawn at the start.
  package var id: String
  package var subject: VerifySubject
  package var before: VerifySide
  package var after: VerifySide
  package var judgement: PatchTestResult
  /// By signature; one may lack when its trial was not kept.
  package var sightings: [String: SignatureSighting]
  /// Of the intervals, strictly between 0 and 1.
  package var confidence: Double
  /// `fixed` excludes a rate after the patch of the one before divided by this.
  package var factor: Double
  /// The earlier run whose trials count as trials before the patch; nil without one.
  package var baseRun: String?
  package var state: RunState
  /// Decides the order within the pairs and the seeds of all trials.
  package var seed: UInt64
  package var started: Date
  package var ended: Date?
  /// In the order of their beginning.
  package var stages: [VerifyStage]
  /// Elapsed seconds from the request to the verdict.
  package var duration: Double
  /// The words of the command that does it again, unquoted, beginning with `zlab`.
  package var command: [String]
  /// Facts of the host by name: zlab, libvirt and QEMU versions.
  package var host: [String: String]

  package init(
    id: String, subject: VerifySubject, before: VerifySide, after: VerifySide, judgement: PatchTestResult,
    sightings: [String: SignatureSighting] = [:], confidence: Double = 0.95, factor: Double = 10,
    baseRun: String? = nil,
    state: RunState, seed: UInt64, started: Date, ended: Date? = nil, stages: [VerifyStage] = [], duration: Double,
    command: [String],
    host: [String: String]
  ) {
    self.id = id
    self.subject = subject
    self.before = before
    self.after = after
    self.judgement = judgement
    self.sightings = sightings
    self.confidence = confidence
    self.factor = factor
    self.baseRun = baseRun
    self.state = state
    self.seed = seed
    self.started = started
    self.ended = ended
    self.stages = stages
    self.duration = duration
    self.command = command
    self.host = host
  }
}
