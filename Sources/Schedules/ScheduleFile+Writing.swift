import Model
import StrictYAML

extension ScheduleFile {
  /// The schedule as a file that reads as the same one.
  package var yaml: String {
    var lines = ["schema: zlab.schedule/1"]
    if !summary.isEmpty { lines.append("summary: \(quoted(summary))") }
    lines.append("base: \(base)")
    lines.append("rules:")
    for rule in rules { lines += rule.yaml }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ScheduleRule {
  fileprivate var yaml: [String] {
    var lines = task.map { ["task: \(quoted($0))"] } ?? []
    lines.append("at: \(place.yaml)")
    if let arrival { lines.append("arrival: \(arrival)") }
    lines.append("until: \(until.yaml)")
    if case .run = until {} else if limit != Self.usualLimit { lines.append("limit: \(limit)") }
    return lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
  }
}

extension ScheduleCondition {
  fileprivate var yaml: String {
    let words: [String]
    switch self {
    case .reach(let task, let place):
      words = [task.map { "task: \(quoted($0))" }, "reaches: \(place.yaml)"].compactMap { $0 }
    case .block(let task): words = [task.map { "task: \(quoted($0))" }, "blocks: true"].compactMap { $0 }
    case .run(let count): words = ["run: \(count)"]
    }
    return "{ \(words.joined(separator: ", ")) }"
  }
}

extension SchedulePlace {
  fileprivate var yaml: String {
    switch position {
    case .entry, .offset: return description
    case .call(let callee, let nth, let isAfter):
      let number = nth == 1 ? "" : ", nth: \(nth)"
      return "{ function: \(function), \(isAfter ? "after" : "before")-call: \(callee)\(number) }"
    }
  }
}

// Bare where YAML reads a bare word as this text.
private func quoted(_ text: String) -> String {
  let isPlain = text.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.\/-]*/) != nil
  let isText = !["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
  return isPlain && isText ? text : yamlQuoted(text)
}
