package import Model
package import Statistics

/// One comparison of a kernel before and after a patch: the object of `zlab verify --format json`.
package struct VerifyReport: Encodable, Sendable, Hashable {
  package let result: VerifyResult

  package init(_ result: VerifyResult) { self.result = result }

  enum CodingKeys: String, CodingKey {
    case schema, id, verdict, reason, state, pairs, evidence, alpha, missing, before, after, signatures, targeted
    case source, patches, config, toolchain, scenario, parameters, schedule, mail, seed, started, ended, stages
    case duration, command, host, factor
    case baseRun = "base_run"
    case excludedShare = "excluded_share"
    case moreTrialsAfter = "more_trials_after"
    case isFinal = "final"
    case morePairs = "more_pairs"
    case basePatches = "base_patches"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.verify/2", forKey: .schema)
    try container.encode(result.id, forKey: .id)
    try container.encode(result.state, forKey: .state)
    try encodeJudgement(&container)
    try encodeSubject(&container)
    try container.encode(SidePage(result, .before), forKey: .before)
    try container.encode(SidePage(result, .after), forKey: .after)
    try container.encode(result.seed, forKey: .seed)
    try container.encode(result.started, forKey: .started)
    try container.encode(result.ended, forKey: .ended)
    try container.encode(result.stages, forKey: .stages)
    try container.encode(result.duration, forKey: .duration)
    try container.encode(ReproCommand(words: result.command).text, forKey: .command)
    try container.encode(result.host, forKey: .host)
  }

  private func encodeJudgement(_ container: inout KeyedEncodingContainer<CodingKeys>) throws {
    let judgement = result.judgement
    try container.encode(judgement.verdict, forKey: .verdict)
    try container.encode(judgement.reason, forKey: .reason)
    try container.encode(judgement.isFinal, forKey: .isFinal)
    try container.encode(judgement.pairs, forKey: .pairs)
    try container.encode(judgement.evidence, forKey: .evidence)
    try container.encode(judgement.error, forKey: .alpha)
    try container.encode(judgement.morePairs, forKey: .morePairs)
    try container.encode(result.factor, forKey: .factor)
    try container.encode(judgement.excludedShare, forKey: .excludedShare)
    try container.encode(judgement.moreTrialsAfter, forKey: .moreTrialsAfter)
    try container.encode(result.baseRun, forKey: .baseRun)
    try container.encode(judgement.missing, forKey: .missing)
    let rows = judgement.signatures.map { SignaturePage(row: $0, sighting: result.sightings[$0.signature]) }
    try container.encode(rows, forKey: .signatures)
  }

  private func encodeSubject(_ container: inout KeyedEncodingContainer<CodingKeys>) throws {
    let subject = result.subject
    try container.encode(subject.targeted, forKey: .targeted)
    try container.encode(subject.source, forKey: .source)
    try container.encode(subject.base.map(PatchPage.init), forKey: .basePatches)
    try container.encode(subject.patches.map(PatchPage.init), forKey: .patches)
    try container.encode(subject.config, forKey: .config)
    try container.encode(subject.toolchain, forKey: .toolchain)
    try container.encode(subject.scenario, forKey: .scenario)
    try container.encode(subject.parameters, forKey: .parameters)
    try container.encode(subject.schedule, forKey: .schedule)
    try container.encode(subject.mail.map(MailPage.init), forKey: .mail)
  }
}

extension VerifyResult {
  /// Rate of the target signatures on a side, of the trials in which it could have.
  package func rate(_ side: PatchSide) -> Rate {
    Rate(failures: counts(side).shown, trials: counts(side).telling, confidence: confidence)
  }

  /// The rate that a side's clean trials exclude; nil when it showed, or nothing is known.
  func excludedRate(_ side: PatchSide) -> Double? {
    let counts = counts(side)
    guard counts.shown == 0, counts.telling > 0 else { return nil }
    return rateExcluded(byCleanTrials: counts.telling, confidence: confidence)
  }

  func counts(_ side: PatchSide) -> SideCounts { side == .before ? judgement.before : judgement.after }
}
