import Foundation
import Records
import Statistics

// The sentences that the text and the mail of a comparison share.
extension VerifyReport {
  var judgement: FixJudgement { result.judgement }

  /// The verdict in the words of a person.
  var verdictName: String {
    switch (judgement.verdict, judgement.reason) {
    case (.fixed, _) where !rows(.unmasked).isEmpty: "fixed, unmasks another failure"
    case (.fixed, _): "fixed"
    case (.notSeen, _): "not seen after the patch"
    case (.addsNew, _): "fixes it but adds NEW"
    case (.notFixed, .masked): "not fixed, adds NEW"
    case (.notFixed, .noBoot): "the patched kernel does not boot"
    case (.notFixed, _): "not fixed"
    case (.inconclusive, _): "inconclusive"
    }
  }

  /// Why, as one sentence without a final stop.
  var explanation: String {
    switch judgement.reason {
    case .convinced where judgement.verdict == .addsNew:
      "what shows before the patch is gone after it, but the patched kernel shows what never showed before"
    case .convinced where !rows(.unmasked).isEmpty:
      "what shows before the patch is gone after it; the other failure could not show before, because every trial "
        + "ended in an earlier one, so nothing says whether the patch brought it"
    case .convinced: "what shows before the patch is gone after it, and nothing new shows"
    case .notExcluded: notExcluded
    case .shownAfter: "what was to go away shows after the patch as well"
    case .masked where judgement.verdict == .inconclusive:
      "a failure that could not show before the patch, because every trial ended in an earlier one, now cuts the "
        + "trials short, so the absence of the old one says nothing"
    case .masked:
      "the patched kernel fails in a new way before the old failure could show, so the absence of that says nothing"
    case .neverBefore: neverBefore
    case .noBoot:
      "the kernel without the patch booted in the same minutes on the same machine, and the one with it in none of "
        + count(judgement.after.judged + judgement.after.misses, "trial")
    case .tooFew:
      "too few pairs of trials to tell"
        + (judgement.morePairs.map { "; at the rates seen so far it would take about \(count($0, "more pair"))" } ?? "")
    case .misses:
      "the lab kept failing on the kernel \(judgement.missing?.rawValue ?? "before or after") the patch, so too few "
        + "trials could be judged"
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
    return "a schedule under which it shows in most trials needs fewer of them: try --schedule icount"
  }

  private var neverBefore: String {
    let trials = judgement.before.telling
    guard let excluded = result.excludedRate(.before) else {
      return "no trial of the kernel before the patch could have shown it, so it is not known what to fix"
    }
    return "the kernel before the patch did not show it in \(count(trials, "trial")), so there is nothing to fix; "
      + "a rate of \(percent(excluded)) or more is excluded, so raise it: another schedule, other parameters, a longer "
      + "trial"
  }

  /// How often it showed on a side, with what the numbers allow; a clause.
  func rateText(_ side: PatchSide) -> String {
    let (counts, rate) = (result.counts(side), result.rate(side))
    let confidence = percent(result.confidence)
    var text: String
    if let value = rate.value, counts.shown > 0 {
      text =
        "\(counts.shown) of \(count(counts.telling, "trial")): \(percent(value)), \(confidence) interval "
        + "\(percent(rate.low)) to \(percent(rate.high))"
    } else if let excluded = result.excludedRate(side) {
      text =
        "none of \(count(counts.telling, "trial")): a rate of \(percent(excluded)) or more is excluded at "
        + "\(confidence) confidence"
    } else {
      text = "nothing is known"
    }
    if counts.masked > 0 { text += "; \(count(counts.masked, "more trial")) cut short by another finding" }
    return text
  }

  /// What the test's error means, with the evidence at hand; a clause.
  var evidenceText: String {
    switch judgement.verdict {
    case .fixed where restsOnBaseRun, .addsNew where restsOnBaseRun, .notSeen where restsOnBaseRun:
      "the trials of run \(result.baseRun ?? "") count as trials before the patch: at an unchanged rate no failure "
        + "after it would have a chance of at most \(chance(1 / max(judgement.evidence, 1))). No lot placed them, so "
        + "anything else that changed since, on this host or in zlab, would look the same"
    case .fixed, .addsNew, .notSeen:
      "had the patch left the rate as it was, \(count(judgement.pairs, "pair")) like these would come up with a chance "
        + "of at most \(chance(1 / max(judgement.evidence, 1))) (sequential test with an error of "
        + "\(chance(judgement.error)))"
    case .notFixed, .inconclusive:
      "\(count(judgement.pairs, "pair")); the test would call a patch that leaves the rate as it was fixed with a "
        + "chance of at most \(chance(judgement.error))"
    }
  }

  private var restsOnBaseRun: Bool { result.baseRun != nil && judgement.pairs < 7 }

  private func chance(_ value: Double) -> String {
    value < 0.000_001 ? "less than 0.0001 %" : percent(value)
  }

  /// What a reader calls the patch: its title and how many follow it.
  func patchName(width: Int) -> String {
    let others = result.subject.patches.count - 1
    let more = others > 0 ? " and \(others) more" : ""
    return oneLine(result.subject.patches.first?.title ?? "the patch", width: width - more.width) + more
  }

  /// A signature's title as its clearest finding has it.
  func title(_ row: SignatureComparison) -> String {
    result.sightings[row.signature]?.finding.title ?? "a finding that was not kept"
  }

  func rows(_ fate: SignatureFate) -> [SignatureComparison] { judgement.signatures.filter { $0.fate == fate } }
}

/// One line of what was tested.
struct VerifyFact {
  let label: String
  let value: String
  /// Whether somebody else chose the words.
  var isForeign = false
}

extension VerifyReport {
  /// What was tested, with what.
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
    if let hunted = subject.hunted { facts.append(VerifyFact(label: "hunted", value: hunted.joined(separator: " "))) }
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
        "Before the scenario began, the kernel \(word) the patch reported: \(harmless(early.joined(separator: "; ")))"
    }
  }
}
