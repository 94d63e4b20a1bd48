package import Model

extension TrialSchedule {
  /// Reads what the plugin wrote down (`tell()` in Sources/Schedules/plugin/turn-rules.c); lines that it would not write, as
  /// a last one that is cut, are left out.
  /// - Parameters:
  ///   - log: at most some 20,000 lines of 60 bytes.
  ///   - rules: their number.
  package init(parsing log: String, rules count: Int) {
    var rules = Array(repeating: RuleCounts(), count: count)
    var events: [ScheduleEvent] = []
    for line in log.split(separator: "\n").prefix(Self.mostLines) {
      let words = line.split(separator: " ", maxSplits: 4).map(String.init)
      guard words.count == 5, let rule = Int(words[1]), rules.indices.contains(rule), let total = Int(words[2]),
        let vcpu = Int(words[3])
      else { continue }
      var event = ScheduleEvent(rule: rule, total: total, vcpu: vcpu)
      switch words[0] {
      case "comes":
        rules[rule].arrivals += 1
        event.task = words[4]
      case "goes":
        guard let end = PauseEnd(rawValue: words[4]) else { continue }
        rules[rule].ends[end.rawValue, default: 0] += 1
        event.end = end
      default: continue
      }
      if events.count < Self.mostEvents { events.append(event) }
    }
    self.init(rules: rules, events: events)
  }

  // RULES_LOG_LINES of turn-rules.h.
  private static let mostLines = 20_000
  private static let mostEvents = 60
}
