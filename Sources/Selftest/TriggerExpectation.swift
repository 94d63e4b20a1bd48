import Model

/// Condition of an expectation, by the kernel's configuration.
struct Condition: Hashable, Sendable {
  /// Options, without `CONFIG_`, that must all be set.
  var with: Set<String> = []
  /// Options that must all be unset.
  var without: Set<String> = []

  /// True if it holds; nil when the configuration is not known and matters.
  func holds(_ isSet: (String) -> Bool?) -> Bool? {
    let answers = with.map(isSet) + without.map { isSet($0).map { !$0 } }
    if answers.contains(false) { return false }
    return answers.contains(nil) ? nil : true
  }
}

/// A report that a trigger may lead to.
struct ExpectedReport: Hashable, Sendable {
  var kinds: Set<FindingKind>
  /// The functions that may be blamed: empty where the report names none, nil where it is chance which one.
  var functions: Set<String>?
  var condition: Condition
  /// It may come, and silence is right too.
  var isOptional = false

  func matches(_ finding: Finding) -> Bool {
    guard kinds.contains(finding.kind) else { return false }
    guard let functions else { return true }
    return finding.function.map(functions.contains) ?? functions.isEmpty
  }
}

/// Expected result of one trigger of LKDTM.
struct TriggerExpectation: Hashable, Sendable {
  var trigger: String
  var reports: [ExpectedReport]
  /// Reason why no report is right where none of ``reports`` is due; nil when it is only for want of an option.
  var silence: String?
  /// Number of times the trigger is pulled.
  var times = 1

  /// Of a trigger that the kernel answers with a report.
  init(_ trigger: String, _ reports: ExpectedReport..., silence: String? = nil, times: Int = 1) {
    self.trigger = trigger
    self.reports = reports
    self.silence = silence
    self.times = times
  }

  /// True if the kernel must say something; nil when that depends on a configuration that is not known.
  func isDue(_ isSet: (String) -> Bool?) -> Bool? {
    let answers = reports.filter { !$0.isOptional }.map { $0.condition.holds(isSet) }
    if answers.contains(true) { return true }
    return answers.contains(nil) ? nil : false
  }

  /// Reason why the kernel may be silent: what it survives by design, or the options without which it does not look.
  var reasonForSilence: String {
    if let silence { return silence }
    let options = Set(reports.flatMap(\.condition.with)).sorted().map { "CONFIG_" + $0 }
    return "says nothing without " + options.joined(separator: " or ")
  }

  /// The expectation in words, of the reports that are due.
  func words(_ isSet: (String) -> Bool?) -> String {
    let due = reports.filter { $0.condition.holds(isSet) != false }
    guard !due.isEmpty else { return reasonForSilence }
    let words = due.map { report in
      let kinds = report.kinds.map(\.rawValue).sorted().joined(separator: "/")
      guard let functions = report.functions?.sorted().joined(separator: "/") else { return kinds + " anywhere" }
      return functions.isEmpty ? kinds + " without a function" : "\(kinds) in \(functions)"
    }
    return words.joined(separator: ", or ")
  }
}

extension ExpectedReport {
  /// The same where silence is right too, because the kernel may not get to tell.
  var orSilence: ExpectedReport {
    var other = self
    other.isOptional = true
    return other
  }
}

/// A report of one of these kinds that blames one of a set of functions.
func report(_ kinds: FindingKind..., inAny functions: Set<String>, with: Set<String> = [], without: Set<String> = [])
  -> ExpectedReport
{
  ExpectedReport(kinds: Set(kinds), functions: functions, condition: Condition(with: with, without: without))
}

/// A report of one of these kinds that blames one of these functions; none where the report names none.
func report(
  _ kinds: FindingKind..., in functions: String..., with: Set<String> = [], without: Set<String> = []
) -> ExpectedReport {
  ExpectedReport(
    kinds: Set(kinds), functions: Set(functions), condition: Condition(with: with, without: without))
}
