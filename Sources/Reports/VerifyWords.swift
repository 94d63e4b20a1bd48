import Foundation
package import Model
import Statistics

// The sentences that the text and the mail of a comparison share.
extension VerifyReport {
  var judgement: PatchTestResult { result.judgement }

  /// The verdict in the words of a person.
  var verdictName: String {
    switch (judgement.verdict, judgement.reason) {
    case (.fixed, _) where !rows(.unmasked).isEmpty: "fixed, unmasks another failure"
    case (.fixed, _): "fixed"
    case (.notSeen, _): "not seen after the patch"
    case (.addsNew, _): "fixes it but adds NEW"
    case (.notFixed, .censored): "not fixed, adds NEW"
    case (.notFixed, .noBoot): "the patched kernel does not boot"
    case (.notFixed, _): "not fixed"
    case (.inconclusive, _): "inconclusive"
    }
  }

  /// Reason, as one sentence without a final stop.
  package var explanation: String {
    switch judgement.reason {
    case .convinced where judgement.verdict == .addsNew:
      "the target signatures are gone with the patch, but the patched kernel has new ones"
    case .convinced where !rows(.unmasked).isEmpty:
      "the target signatures are gone with the patch; the other failure could not show before, because every trial "
        + "ended in an earlier one, so nothing says whether the patch brought it"
    case .convinced: "the target signatures are gone with the patch, and there are no new ones"
    case .notExcluded: notExcluded
    case .shownAfter: "a target signature also appears with the patch"
    case .censored where judgement.verdict == .inconclusive:
      "a failure that could not show before the patch, because every trial ended in an earlier one, now cuts the "
        + "trials short, so the absence of the old one says nothing"
    case .censored:
      "the patched kernel fails with a new signature before the target could appear, so its absence proves nothing"
    case .neverBefore: neverBefore
    case .noBoot:
      "the unpatched kernel booted at the same time on the same host, the patched one in none of "
        + count(judgement.after.judged + judgement.after.misses, "trial")
    case .tooFew:
      "not significant with this number of pairs"
        + (judgement.morePairs.map { "; at the observed rates about \(count($0, "more pair")) would be needed" } ?? "")
    case .misses:
      "repeated infrastructure errors on the kernel \(judgement.missing?.rawValue ?? "before or after") the patch: "
        + "too few valid trials"
    }
  }

  private var notExcluded: String {
    let share = judgement.excludedShare ?? 1
    let more = judgement.moreTrialsAfter.map { "; about \(count($0, "more clean trial")) after it would do" } ?? ""
    let trials = count(judgement.after.telling, "trial")
    return "the patch changes the rate, and none of \(trials) after it shows the failure, but "
      + "\(percent(result.confidence)) confidence excludes only a rate of \(percent(min(1, share))) or more of the one "
      + "before, and fixed takes \(percent(1 / result.factor))\(more)"
  }

  /// A way to a verdict with fewer trials, where the failure is rare and the CPUs run freely; nil elsewhere.
  var cheaperWay: String? {
    guard judgement.verdict == .notSeen || judgement.reason == .tooFew, let rate = result.rate(.before).value,
      rate < 0.5, !(result.subject.schedule ?? "").hasPrefix("icount")
    else { return nil }
    let explore = ReproCommand("explore", [result.subject.scenario]).text
    return
      "a schedule under which it shows in most trials needs fewer of them: try --schedule icount, or the file that "
      + "`\(explore) --kernel \(result.before.kernel.name)` makes of a failure"
  }

  private var neverBefore: String {
    let trials = judgement.before.telling
    guard let excluded = result.excludedRate(.before) else {
      return "the unpatched kernel has no valid trial, so the bug was not reproduced"
    }
    return "the bug was not reproduced without the patch in \(count(trials, "trial")); "
      + "failure rates of \(percent(excluded)) or more are excluded; try another schedule, other parameters or longer "
      + "trials"
  }

  /// Rate on a side with its interval, as a clause.
  package func rateText(_ side: PatchSide) -> String {
    let (counts, rate) = (result.counts(side), result.rate(side))
    let confidence = percent(result.confidence)
    var text: String
    if let value = rate.value, counts.shown > 0 {
      text =
        "\(counts.shown) of \(count(counts.telling, "trial")): \(percent(value)), \(confidence) interval "
        + "\(percent(rate.low)) to \(percent(rate.high))"
    } else if let excluded = result.excludedRate(side) {
      text =
        "none of \(count(counts.telling, "trial")): failure rates of \(percent(excluded)) or more are excluded at "
        + "\(confidence) confidence"
    } else {
      text = "no valid trial"
    }
    if counts.censored > 0 { text += "; \(count(counts.censored, "more trial")) censored by another finding" }
    return text
  }

  /// Meaning of the test's significance level, with the evidence at hand; a clause.
  package var evidenceText: String {
    switch judgement.verdict {
    case .fixed where restsOnBaseRun, .addsNew where restsOnBaseRun, .notSeen where restsOnBaseRun:
      "the trials of run \(result.baseRun ?? "") count as trials before the patch: at an unchanged rate no failure "
        + "after it would have a chance of at most \(chance(1 / max(judgement.evidence, 1))). No lot placed them, so "
        + "anything else that changed since, on this host or in zlab, would look the same"
    case .fixed, .addsNew, .notSeen:
      "p <= \(chance(1 / max(judgement.evidence, 1))) if the patch had no effect "
        + "(\(count(judgement.pairs, "pair")), sequential test, alpha \(chance(judgement.error)))"
    case .notFixed, .inconclusive:
      "\(count(judgement.pairs, "pair")), sequential test, alpha \(chance(judgement.error)): the maximum probability of a "
        + "false \"fixed\""
    }
  }

  private var restsOnBaseRun: Bool { result.baseRun != nil && judgement.pairs < 7 }

  private func chance(_ value: Double) -> String {
    value < 0.000_001 ? "less than 0.0001 %" : percent(value)
  }

  /// Name of the patch for users: its title and how many follow it.
  func patchName(width: Int) -> String {
    let others = result.subject.patches.count - 1
    let more = others > 0 ? " and \(others) more" : ""
    return oneLine(result.subject.patches.first?.title ?? "the patch", width: width - more.width) + more
  }

  /// A signature's title as its clearest finding has it.
  func title(_ row: SignatureComparison) -> String {
    result.sightings[row.signature]?.finding.title ?? "finding not recorded"
  }

  func rows(_ fate: SignatureFate) -> [SignatureComparison] { judgement.signatures.filter { $0.fate == fate } }
}

/// One line of what was tested.
struct VerifyFact {
  let label: String
  let value: String
  /// True if somebody else chose the words.
  var isForeign = false
}

extension VerifyReport {
  /// Tested subject and environment.
  var facts: [VerifyFact] {
    let subject = result.subject
    var scenario = [subject.scenario] + subject.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if let schedule = subject.schedule { scenario.append("(schedule \(schedule))") }
    var facts = [VerifyFact(label: "source", value: subject.source)]
    facts += subject.base.map { VerifyFact(label: "on both", value: $0.title, isForeign: true) }
    facts += subject.patches.map { VerifyFact(label: "patch", value: $0.title, isForeign: true) }
    facts += [
      VerifyFact(label: "config", value: subject.config.joined(separator: " ")),
      VerifyFact(label: "toolchain", value: subject.toolchain),
      VerifyFact(label: "kernels", value: "\(kernelText(result.before)) and \(kernelText(result.after))"),
      VerifyFact(label: "scenario", value: scenario.joined(separator: " ")),
    ]
    if let run = result.baseRun { facts.append(VerifyFact(label: "base run", value: run)) }
    if let targeted = subject.targeted {
      facts.append(VerifyFact(label: "targets", value: targeted.joined(separator: " ")))
    }
    let order = "in pairs, each in an order drawn by lot, then mostly after the patch, seed \(result.seed)"
    facts.append(VerifyFact(label: "trials", value: order))
    for name in ["QEMU", "libvirt", "zlab"] {
      let version = (result.host[name.lowercased()] ?? "").replacing("QEMU emulator version ", with: "")
      facts.append(VerifyFact(label: name, value: version))
    }
    return facts.filter { !$0.value.isEmpty }
  }

  private func kernelText(_ side: VerifySide) -> String { "\(side.kernel.release) (\(side.kernel.id.prefix(12)))" }
}

extension VerifyReport {
  /// A sentence for each side whose kernel reported something before the scenario began.
  var earlySentences: [String] {
    [(result.before, "without"), (result.after, "with")].compactMap { side, word in
      guard let early = side.early, !early.isEmpty else { return nil }
      return
        "Before the scenario started, the kernel \(word) the patch reported: \(escapedForTerminal(early.joined(separator: "; ")))"
    }
  }
}
