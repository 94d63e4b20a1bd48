import Foundation
import Model

extension NightReport {
  /// XML as Jenkins reads it (junit-10.xsd of its xUnit plugin): a suite for each kernel and configuration, a test case
  /// for each scenario, so that its history is one from night to night.
  ///
  /// A cell that only missed, or was never reached, is skipped. A kernel that cannot be built is an error.
  var junit: String {
    let suites = suites
    let counts = suites.flatMap(\.cells).reduce(into: JUnitCounts()) { $0.add($1) }
    var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    text += "<testsuites name=\"\(escaped(name))\" tests=\"\(counts.tests)\" failures=\"\(counts.failures)\" "
    text += "errors=\"\(counts.errors)\" time=\"\(counts.time)\">\n"
    let changes = Dictionary(grouping: changes) { ChangeKey($0) }
    for suite in suites { text += junit(suite, changes) }
    return text + "</testsuites>\n"
  }

  private struct Suite {
    let name: String
    var cells: [NightCell]
  }

  private var suites: [Suite] {
    var suites: [Suite] = []
    var places: [String: Int] = [:]
    for cell in cells {
      let name = "\(cell.kernelName), \(cell.config.name)"
      if let place = places[name] {
        suites[place].cells.append(cell)
      } else {
        places[name] = suites.count
        suites.append(Suite(name: name, cells: [cell]))
      }
    }
    return suites
  }

  private func junit(_ suite: Suite, _ changes: [ChangeKey: [NightChange]]) -> String {
    let counts = suite.cells.reduce(into: JUnitCounts()) { $0.add($1) }
    let first = suite.cells.flatMap(\.trials).map(\.started).min() ?? started
    var text = "  <testsuite name=\"\(escaped(suite.name))\" tests=\"\(counts.tests)\" failures=\"\(counts.failures)\" "
    text += "errors=\"\(counts.errors)\" skipped=\"\(counts.skipped)\" time=\"\(counts.time)\" "
    text += "timestamp=\"\(first.formatted(.iso8601).dropLast())\">\n    <properties>\n"
    let kernel = suite.cells.compactMap(\.kernel).first
    let properties: [(String, String?)] = [
      ("kernel.release", kernel?.release), ("kernel.id", kernel?.id), ("kernel.origin", kernel?.origin),
      ("config", suite.cells.first?.config.fragments.joined(separator: " ")), ("zlab", host["zlab"]),
      ("qemu", host["qemu"]), ("command", command),
    ]
    for case (let name, let value?) in properties where !value.isEmpty {
      text += "      <property name=\"\(name)\" value=\"\(escaped(clipped(value, 1000)))\"/>\n"
    }
    text += "    </properties>\n"
    for cell in suite.cells { text += cell.junit(changes) }
    return text + "  </testsuite>\n"
  }
}

private struct JUnitCounts {
  var tests = 0
  var failures = 0
  var errors = 0
  var skipped = 0
  private var seconds = 0.0

  mutating func add(_ cell: NightCell) {
    tests += 1
    seconds += cell.seconds
    switch cell.junitResult {
    case .failure: failures += 1
    case .error: errors += 1
    case .skipped: skipped += 1
    case .pass: break
    }
  }

  var time: String { decimals(seconds, 3) }
}

extension NightCell {
  fileprivate enum JUnitResult { case pass, failure, error, skipped }

  fileprivate var junitResult: JUnitResult {
    if count(.fail) > 0 { return .failure }
    if state == .cannotBuild { return .error }
    return count(.pass) > 0 ? .pass : .skipped
  }

  fileprivate var seconds: Double {
    pruned?.seconds ?? trials.map(\.duration).filter { $0.isFinite && $0 > 0 }.reduce(0, +)
  }

  fileprivate func junit(_ changes: [ChangeKey: [NightChange]]) -> String {
    let classname = "zlab.\(line.replacing(".", with: "_")).\(config.name.replacing(".", with: "_"))"
    var text = "    <testcase name=\"\(escaped(scenarioName))\" classname=\"\(escaped(classname))\" "
    text += "time=\"\(decimals(seconds, 3))\">\n"
    switch junitResult {
    case .failure: text += failures(changes)
    case .error: text += "      <error type=\"build\" message=\"\(escaped(oneLine(outcome, width: 500)))\"/>\n"
    case .skipped: text += "      <skipped message=\"\(escaped(oneLine(outcome, width: 500)))\"/>\n"
    case .pass: break
    }
    let facts = [outcome, rateWords(rate), "runs: " + runs.joined(separator: " "), command ?? ""]
    text += "      <system-out>\(escaped(facts.filter { !$0.isEmpty }.joined(separator: "\n")))</system-out>\n"
    return text + "    </testcase>\n"
  }

  private func failures(_ changes: [ChangeKey: [NightChange]]) -> String {
    var counts: [String: Int] = [:]
    for trial in trials { for signature in Set(trial.signatures) { counts[signature, default: 0] += 1 } }
    func rank(_ signature: String, _ trials: Int) -> FindingRank {
      let change = changes[ChangeKey(signature, self)]?.first
      return FindingRank(
        kind: change?.sighting?.finding.kind ?? change?.findingKind,
        namesFunction: change?.sighting?.finding.function != nil, trials: trials, title: change?.title ?? signature)
    }
    let sorted = counts.sorted { rank($0.key, $0.value) < rank($1.key, $1.value) }.prefix(50)
    guard !sorted.isEmpty else { return "      <failure message=\"\(escaped(outcome))\"/>\n" }
    return sorted.map { signature, trials in
      let change = changes[ChangeKey(signature, self)]?.first
      let mark = change.map { $0.kind == .seen ? "" : $0.kind.mark + ": " } ?? ""
      let message = "\(mark)\(change?.title ?? "finding not recorded"), \(Reports.count(trials, "trial"))"
      let sighting = change?.sighting
      let body =
        (sighting.map { traceLines($0.finding, most: 64) } ?? [])
        + [
          sighting.map { "to reproduce: " + ReproCommand(words: $0.command).text } ?? "",
          "signature \(signature)",
        ]
      return "      <failure type=\"\(escaped(sighting?.finding.kind.rawValue ?? "finding"))\" "
        + "message=\"\(escaped(message))\">\(escaped(body.filter { !$0.isEmpty }.joined(separator: "\n")))</failure>\n"
    }.joined()
  }
}
