import ArgumentParser
import Dmesg
import Foundation
import Model
import Reports
import ResultStore
import Trials

/// The finding with this signature that an excerpt gives when it is read again.
func reread(_ excerpt: String, as signature: String) -> Finding? {
  let found = findings(in: Array(excerpt.utf8)).findings
  return found.first { $0.signature == signature } ?? found.first
}

struct SignatureShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a signature: its clearest trace, where it was seen in the field and in the lab, and what is known.",
    discussion: """
        zlab signature show ba640c15
        zlab signature show ba640c15 --excerpt --redact
        zlab signature show ba640c15 --reproduce
      """)

  @Argument(
    help: ArgumentHelp("Signature, or its first digits", valueName: "signature"), completion: signatureCompletion)
  var signature: String

  @Flag(help: "Print the newest sighting's excerpt of the log")
  var excerpt = false

  @Flag(help: "Propose scenarios that reach the functions of the call trace")
  var reproduce = false

  @Option(help: "Number of hosts, kernels, sightings and runs to print")
  var limit = 10

  @OptionGroup var redacting: RedactOption
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let store = try ResultStore(userLocations)
    let details = try SignatureDetails(store, store.signatureGroup(signature), limit: max(1, limit))
    let proposals = reproduce ? try details.proposals(store) : nil
    guard output.format == .text else {
      return try printResult(redacting.apply(to: jsonText(details.document(proposals)), as: .json, store))
    }
    try printReport(redacting.apply(to: details.text(output.style, excerpt: excerpt), as: .text, store))
    if let proposals { try printResult("\n" + proposalText(proposals)) }
  }

  private func proposalText(_ proposals: [ScenarioProposal]) -> String {
    guard !proposals.isEmpty else {
      return "No scenario is known to reach the functions of this trace; `zlab scenario list` shows all.\n"
    }
    return "To reproduce\n"
      + proposals.map { "  zlab run \($0.scenario) --kernel KERNEL --until-finding\n      \($0.reason)\n" }.joined()
  }
}

/// Everything that is known of one signature.
struct SignatureDetails {
  let group: SignatureGroup
  let members: [String]
  let finding: Finding?
  let hosts: [FieldPlace]
  let kernels: [FieldPlace]
  let field: [FieldSightingRecord]
  let lab: [SightingRecord]
  let bisects: [BisectRecord]
  let verifies: [VerifyResult]
  let known: KnownIssueRecord?
  let newestExcerpt: String?

  init(_ store: ResultStore, _ group: SignatureGroup, limit: Int) throws {
    self.group = group
    let members = try store.members(of: group.signature)
    self.members = members
    hosts = try store.fieldHosts(of: members, limit: limit)
    kernels = try store.fieldKernels(of: members, limit: limit)
    field = try store.fieldSightings(of: members, limit: limit)
    lab = try members.flatMap { try store.sightings(of: $0, limit: limit) }.sorted { $0.started > $1.started }
    bisects = try members.flatMap { try store.bisects(targeting: $0) }
    verifies = try members.flatMap { try store.verifies(showing: $0, limit: limit) }
    known = try userKnownIssues().first { issue in
      members.contains { issue.isAbout($0, line: "") } && !issue.isExpired(at: Date())
    }
    newestExcerpt = try field.first.flatMap { try store.excerpt(ofSighting: $0.id) }
    var finding = try store.clearestFinding(of: members)?.finding
    if finding == nil, let run = lab.first {
      finding = try store.trial(run.firstTrial, of: run.run)?.findings.first { members.contains($0.signature) }
    }
    self.finding = finding
  }

  func text(_ style: Style, excerpt: Bool) -> String {
    var lines = [style.strong(oneLine(group.title, width: 200))]
    lines.append(
      "  \(group.kind), signature \(group.signature), \(dayText(group.firstSeen)) to \(dayText(group.lastSeen))")
    if members.count > 1 { lines.append("  merged: " + members.dropFirst().joined(separator: ", ")) }
    if let known {
      let until = known.until.map { ", until \(dayText($0 - 1))" } ?? ""
      lines.append("  known: \(oneLine(known.reason, width: 150))\(known.link.map { " <\($0)>" } ?? "")\(until)")
    }
    if group.field > 0 {
      lines.append(
        "  field: \(count(group.field, "sighting")) on \(count(group.hosts, "host")), \(sparkline(group.weeks))")
    }
    if group.lab > 0 { lines.append("  lab: \(count(group.lab, "trial"))" + reproduced) }
    for bisect in bisects.prefix(3) { lines.append("  " + oneLine(bisectWords(bisect), width: 200)) }
    for verify in verifies.prefix(3) {
      let seen = members.first { member in verify.judgement.signatures.contains { $0.signature == member } }
      lines.append("  " + oneLine(VerifySummary(verify).words(about: seen ?? "", in: verify), width: 200))
    }
    if let finding {
      lines += ["", style.strong("Call trace")] + traceLines(finding, most: 24).map { "  " + $0 }
    }
    lines += places("Kernels", kernels, style) + places("Hosts", hosts, style)
    if !field.isEmpty {
      lines += ["", style.strong("Field")]
      lines += table(
        field.map {
          [
            minuteText($0.seen), oneLine($0.host, width: 40), oneLine($0.kernel, width: 40),
            oneLine($0.origin, width: 80),
          ]
        }
      ).split(separator: "\n").map { "  " + $0 }
    }
    if !lab.isEmpty {
      lines += ["", style.strong("Lab")]
      lines += table(
        lab.prefix(10).map {
          [
            minuteText($0.started), $0.scenario, "\($0.trials) of \($0.judged)", oneLine($0.kernelName, width: 40),
            "run \($0.run)",
          ]
        }
      ).split(separator: "\n").map { "  " + $0 }
    }
    if excerpt, let newestExcerpt {
      lines +=
        ["", style.strong("Excerpt")] + newestExcerpt.split(separator: "\n").map { escapedForTerminal(String($0)) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Scenario with the highest rate among the newest runs.
  private var reproduced: String {
    let best = lab.filter { $0.judged > 0 }.max { $0.trials * $1.judged < $1.trials * $0.judged }
    guard let best else { return "" }
    return
      ", reproduced by \(best.scenario) at \(percent(Double(best.trials) / Double(best.judged))) on \(best.release)"
  }

  private func places(_ title: String, _ places: [FieldPlace], _ style: Style) -> [String] {
    guard !places.isEmpty else { return [] }
    let rows = places.map { place in
      [
        place.name.isEmpty ? "(unknown)" : oneLine(place.name, width: 60), String(place.sightings),
        "\(dayText(place.firstSeen)) to \(dayText(place.lastSeen))",
      ]
    }
    return ["", style.strong(title)] + table(rows).split(separator: "\n").map { "  " + $0 }
  }

  /// Scenarios that have shown the signature, the most frequent first, then such as have shown functions of its trace.
  func proposals(_ store: ResultStore) throws -> [ScenarioProposal] {
    var proposals: [ScenarioProposal] = []
    for seen in lab.sorted(by: { $0.trials * max(1, $1.judged) > $1.trials * max(1, $0.judged) })
    where !proposals.contains(where: { $0.scenario == seen.scenario }) {
      proposals.append(
        ScenarioProposal(
          scenario: seen.scenario, reason: "showed it in \(seen.trials) of \(seen.judged) trials on \(seen.release)"))
    }
    let functions = Set((finding?.frames ?? []).map(\.name)).subtracting(ScenarioProposal.everywhere)
    guard !functions.isEmpty else { return proposals }
    var shared: [String: Set<String>] = [:]
    for run in try store.runs(limit: 200) {
      for seen in try store.signatures(ofRun: run.id).prefix(5) {
        let finding = try store.trial(seen.firstTrial, of: run.id)?.findings.first {
          $0.signature == seen.record.signature
        }
        let both = functions.intersection((finding?.frames ?? []).map(\.name))
        if !both.isEmpty { shared[run.scenario, default: []].formUnion(both) }
      }
    }
    for (scenario, names) in shared.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) })
    where !proposals.contains(where: { $0.scenario == scenario }) {
      proposals.append(
        ScenarioProposal(
          scenario: scenario, reason: "its traces have \(names.sorted().prefix(4).joined(separator: ", "))"))
    }
    return proposals + (try wordProposals(functions, but: proposals.map(\.scenario)))
  }

  /// Scenarios of the catalogue whose description has words of the functions' names.
  private func wordProposals(_ functions: Set<String>, but others: [String]) throws -> [ScenarioProposal] {
    let words = Set(functions.flatMap { $0.split(separator: "_").map(String.init) }.filter { $0.count >= 4 })
      .subtracting([
        "kernel", "device", "driver", "remove", "write", "store", "show", "work", "thread", "file", "s390x", "syscall",
      ])
    let found = try Catalogue.all().filter { !others.contains($0.name) }.map { scenario -> (String, Set<String>) in
      let text =
        ([scenario.name, scenario.summary, scenario.about]
        + scenario.actors.map { $0.program + " " + $0.arguments.joined(separator: " ") })
        .joined(separator: " ").lowercased()
      let all = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
      return (scenario.name, words.intersection(all))
    }.filter { !$0.1.isEmpty }.sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
    return found.prefix(5).map {
      ScenarioProposal(scenario: $0.0, reason: "its description has \($0.1.sorted().joined(separator: ", "))")
    }
  }

  func document(_ proposals: [ScenarioProposal]?) -> SignatureDocument {
    SignatureDocument(
      signature: group, members: members, finding: finding, hosts: hosts, kernels: kernels, sightings: field, lab: lab,
      bisects: bisects, verifies: verifies.map(VerifySummary.init), known: known, reproduce: proposals)
  }
}

/// A scenario that may show a signature again.
struct ScenarioProposal: Encodable {
  let scenario: String
  let reason: String

  /// Functions that are in nearly every trace.
  static let everywhere: Set<String> = [
    "system_call", "__do_syscall", "ksys_write", "vfs_write", "new_sync_write", "kernfs_fop_write_iter",
    "ret_from_fork",
    "__ret_from_fork", "kthread", "worker_thread", "process_one_work", "do_syscall_64",
    "entry_SYSCALL_64_after_hwframe",
    "pgm_check_handler", "__do_pgm_check", "die", "do_trap", "ksys_read", "vfs_read",
  ]
}

/// `zlab signature show --format json`.
struct SignatureDocument: Encodable {
  let schema = "zlab.signature/1"
  let signature: SignatureGroup
  let members: [String]
  let finding: Finding?
  let hosts: [FieldPlace]
  let kernels: [FieldPlace]
  let sightings: [FieldSightingRecord]
  let lab: [SightingRecord]
  let bisects: [BisectRecord]
  let verifies: [VerifySummary]
  let known: KnownIssueRecord?
  let reproduce: [ScenarioProposal]?
}
