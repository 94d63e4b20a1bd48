import Foundation
import Model

/// A report to KernelCI's database: what kcidb_io's schema calls a report of version 5.
///
/// Every trial is a test of a build; a signature is an issue of the code, and what kept failing in the lab an issue of
/// the harness; each trial that shows one is an incident.
struct KCIDBReport: Encodable {
  struct Version: Encodable {
    let major = 5
    let minor = 3
  }

  let version = Version()
  private(set) var checkouts: [KCIDBCheckout] = []
  private(set) var builds: [KCIDBBuild] = []
  private(set) var tests: [KCIDBTest] = []
  private(set) var issues: [KCIDBIssue] = []
  private(set) var incidents: [KCIDBIncident] = []

  init(_ report: NightReport) {
    var builder = Builder(report: report)
    for (index, cell) in report.cells.enumerated() { builder.add(cell, number: index + 1) }
    (checkouts, builds, tests) = (builder.checkouts, builder.builds, builder.tests)
    (issues, incidents) = (builder.issues, builder.incidents)
  }

  /// The JSON text, with a final newline.
  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.dateEncodingStrategy = .iso8601
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}

private struct Builder {
  let report: NightReport
  let changes: [String: NightChange]
  var checkouts: [KCIDBCheckout] = []
  var builds: [KCIDBBuild] = []
  var tests: [KCIDBTest] = []
  var issues: [KCIDBIssue] = []
  var incidents: [KCIDBIncident] = []
  private var known: Set<String> = []

  init(report: NightReport) {
    self.report = report
    let told = report.changes.sorted { ($0.sighting != nil ? 0 : 1) < ($1.sighting != nil ? 0 : 1) }
    changes = Dictionary(told.map { ($0.signature, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func add(_ cell: NightCell, number: Int) {
    let build = addBuild(cell, number)
    for trial in cell.trials { add(trial, cell, build) }
    guard cell.trials.isEmpty || cell.pruned != nil, cell.kernel != nil else { return }
    let status =
      cell.count(.fail) > 0
      ? "FAIL" : cell.count(.pass) > 0 ? "PASS" : cell.state == .labFailed || cell.count(.miss) > 0 ? "MISS" : "SKIP"
    var test = test(cell, build, id: "\(report.id)-cell-\(number)", status: status)
    test.comment = test.comment ?? kcidbText(cell.outcome)
    tests.append(test)
  }

  private mutating func addBuild(_ cell: NightCell, _ number: Int) -> String {
    let record = cell.kernel?.build
    let source = record.map { "tree-\($0.tree)" } ?? cell.kernel.map { "kernel-\($0.id)" } ?? "\(report.id)-\(number)"
    let checkout = "\(kcidbOrigin):" + kcidbText(source)
    if known.insert("checkout " + checkout).inserted {
      checkouts.append(
        KCIDBCheckout(
          id: checkout, patchsetHash: cell.kernel.flatMap(patchsetHash),
          comment: kcidbText(record?.source ?? cell.kernel?.origin ?? cell.kernelName),
          valid: cell.kernel == nil ? nil : true,
          misc: record.map {
            ["tree": $0.tree, "patches": kcidbText($0.patches.map(\.subject).joined(separator: "; "))]
          }))
    }
    let id = "\(kcidbOrigin):" + kcidbText(cell.kernel.map { "kernel-\($0.id)" } ?? "\(report.id)-build-\(number)")
    if known.insert("build " + id).inserted {
      builds.append(
        KCIDBBuild(
          checkoutID: checkout, id: id, comment: kcidbText(cell.reason ?? cell.kernel?.release ?? cell.kernelName),
          duration: record?.seconds.sane, compiler: record.map { kcidbText($0.toolchain) },
          configName: kcidbText(cell.config.name), configURL: cell.config.link.flatMap(webAddress),
          status: cell.kernel != nil ? "PASS" : cell.buildStatus,
          misc: cell.config.fragments.isEmpty
            ? nil : ["fragments": kcidbText(cell.config.fragments.joined(separator: " "))]))
    }
    return id
  }

  private func test(_ cell: NightCell, _ build: String, id: String, status: String) -> KCIDBTest {
    let qemu = report.host["qemu"] ?? "QEMU"
    return KCIDBTest(
      buildID: build, id: "\(kcidbOrigin):" + kcidbText(id),
      environment: .init(comment: kcidbText("emulated s390x under \(qemu)")),
      path: "zlab." + kcidbWord(cell.scenario), comment: cell.reason.map(kcidbText), status: status)
  }

  private mutating func add(_ trial: NightTrial, _ cell: NightCell, _ build: String) {
    let statuses: [TrialVerdict: String] = [.pass: "PASS", .fail: "FAIL", .miss: "MISS"]
    var test = test(cell, build, id: "\(trial.run)-\(trial.number)", status: statuses[trial.verdict] ?? "MISS")
    test.comment = trial.note.map(kcidbText) ?? kcidbText(cell.scenarioName)
    (test.startTime, test.duration) = (trial.started, trial.duration.sane)
    test.misc = ["run": kcidbText(trial.run), "trial": String(trial.number)]
    for signature in Set(trial.signatures).sorted() { addIncident(signature, trial, &test) }
    if trial.verdict == .miss { addMiss(trial, test) }
    tests.append(test)
  }

  private mutating func addIncident(_ signature: String, _ trial: NightTrial, _ test: inout KCIDBTest) {
    let change = changes[signature]
    let id = "\(kcidbOrigin):signature-" + kcidbText(signature)
    if known.insert("issue " + id).inserted { issues.append(issue(id, signature, change)) }
    incidents.append(
      KCIDBIncident(
        id: test.id + "-" + kcidbText(signature), issueID: id, testID: test.id,
        comment: change.map { kcidbText($0.title) }))
    guard let sighting = change?.sighting, sighting.run == trial.run, sighting.trial == trial.number else { return }
    let log = sighting.excerpt ?? traceLines(sighting.finding, most: 64).joined(separator: "\n")
    test.logExcerpt = test.logExcerpt ?? String(kcidbText(log).unicodeScalars.prefix(16_000))
    test.logURL = sighting.log.flatMap(webAddress)
  }

  private func issue(_ id: String, _ signature: String, _ change: NightChange?) -> KCIDBIssue {
    let title = kcidbText(change?.title ?? "signature \(signature)")
    let kind = change?.sighting?.finding.kind.rawValue ?? "other"
    return KCIDBIssue(
      id: id, categories: ["kernel." + kcidbWord(kind)], reportURL: change?.known?.link.flatMap(webAddress),
      reportSubject: title, culprit: .kernel, comment: title,
      misc: .init(
        signature: signature, patterns: change?.sighting.map { [pattern(of: $0.finding.message)] } ?? []))
  }

  private mutating func addMiss(_ trial: NightTrial, _ test: KCIDBTest) {
    let reason = kcidbText(trial.note ?? "no reason recorded")
    let id = "\(kcidbOrigin):miss-" + stableDigits(reason)
    if known.insert("issue " + id).inserted {
      issues.append(
        KCIDBIssue(
          id: id, categories: ["lab"], reportSubject: nil, culprit: .lab, comment: reason,
          misc: .init(signature: nil, patterns: [])))
    }
    incidents.append(KCIDBIncident(id: test.id + "-miss", issueID: id, testID: test.id, comment: nil))
  }
}

extension NightCell {
  fileprivate var buildStatus: String {
    switch state {
    case .cannotBuild: "FAIL"
    case .notReached: "SKIP"
    default: "MISS"
    }
  }
}

/// Empty where nothing was applied; nil where it is not known.
private func patchsetHash(_ kernel: KernelRecord) -> String? {
  guard let build = kernel.build, !build.patches.isEmpty else { return "" }
  return build.patchsetHash
}

extension Double {
  fileprivate var sane: Double? { isFinite && self >= 0 ? self : nil }
}

/// Text that no check of the schema's refuses: without NUL and other controls; line feeds stay.
private func kcidbText(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { escapedForTerminal(String($0)) }.joined(
    separator: "\n")
}

private func kcidbWord(_ text: String) -> String {
  let word = clipped(text, 100).unicodeScalars.map { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-".unicodeScalars.contains(scalar))
      ? Character(scalar) : "_"
  }
  return word.isEmpty ? "unnamed" : String(word)
}

private func webAddress(_ text: String) -> String? {
  guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.count < 2000 else { return nil }
  return text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) } ? text : nil
}

/// A regular expression for a line as the kernel printed it, in which numbers may be others.
func pattern(of message: String) -> String {
  var result = ""
  var word = ""
  func flush() {
    let rest = word.dropFirst(2)
    if word.allSatisfy({ ("0"..."9").contains($0) }) {
      result += word.isEmpty ? "" : "[0-9]+"
    } else if word.hasPrefix("0x"), !rest.isEmpty, rest.allSatisfy(\.isHexDigit) {
      result += "0x[0-9a-f]+"
    } else if word.count >= 8, word.allSatisfy(\.isHexDigit), word.contains(where: \.isNumber) {
      result += "[0-9a-f]+"
    } else {
      result += word
    }
    word = ""
  }
  for scalar in oneLine(message, width: 300).unicodeScalars {
    if scalar.isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" {
      word.unicodeScalars.append(scalar)
      continue
    }
    flush()
    if "\\^$.|?*+()[]{}".unicodeScalars.contains(scalar) { result += "\\" }
    result.unicodeScalars.append(scalar)
  }
  flush()
  return result
}
