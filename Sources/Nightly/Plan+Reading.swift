package import Model
import StrictYAML

extension Plan {
  /// Reads a plan.
  ///
  /// - Parameters:
  ///   - file: the path that it was read from; its relative paths begin there.
  ///   - home: what `~/` stands for.
  /// - Throws: ``RequestError`` with the line and column of what is wrong.
  package init(parsing text: String, file: String, home: String, checks: PlanChecks) throws(RequestError) {
    let top = try YAMLValue(parsing: text, file: file)
    let entries = try top.mapping(
      knowing: [
        "schema", "name", "sources", "configs", "scenarios", "trials", "time", "budget", "left-over", "jobs",
        "confidence", "known-issues", "retention", "recipients", "mail",
      ] + ExecutorSettings.keys)
    let schema = try top.required("schema", entries)
    guard try schema.string() == "zlab.plan/1" else { throw schema.wrong("must be zlab.plan/1") }
    let folder = file.contains("/") ? String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]) : "."
    let reader = PlanReader(checks: checks, folder: folder, home: home)
    name = try top.required("name", entries).string { text in
      text.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,47}/) != nil ? nil : "1 to 48 characters of a-z, 0-9 and '-'"
    }
    self.text = text
    self.file = file
    var configs = try reader.configs(entries["configs"])
    if configs.isEmpty { configs["default"] = PlannedConfig(name: "default", fragments: []) }
    self.configs = configs
    sources = try reader.sources(try top.required("sources", entries), configs: Set(configs.keys))
    let goal = try readGoal(entries) ?? RunGoal(trials: 10)
    scenarios = try reader.scenarios(try top.required("scenarios", entries), goal: goal)
    budget = try entries["budget"]?.duration()
    usesLeftOver = try entries["left-over"]?.flag() ?? true
    jobs = try readJobs(entries["jobs"])
    executor = try ExecutorSettings(entries)
    confidence = try readConfidence(entries["confidence"])
    knownIssues = try entries["known-issues"].map { value throws(RequestError) in reader.path(try value.string()) }
    let retention = try entries["retention"]?.mapping(knowing: ["logs", "trials"]) ?? [:]
    self.retention = PlannedRetention(
      logs: try retention["logs"]?.duration(), trials: try retention["trials"]?.duration())
    recipients = []
    for item in try entries["recipients"]?.list() ?? [] { recipients.append(try item.string(address)) }
    mail = try readMail(entries["mail"])
    if let mail = entries["mail"], recipients.isEmpty { throw mail.wrong("there are no `recipients` to send it to") }
  }
}

extension PlanReader {
  fileprivate func scenarios(_ value: YAMLValue, goal: RunGoal) throws(RequestError) -> [PlannedScenario] {
    var scenarios: [PlannedScenario] = []
    for item in try value.list() {
      let scenario = try scenario(item, goal)
      guard !scenarios.contains(where: { ($0.name, $0.variant) == (scenario.name, scenario.variant) }) else {
        throw item.wrong("the same scenario a second time: \(scenario.name)")
      }
      scenarios.append(scenario)
    }
    guard !scenarios.isEmpty else { throw value.wrong("must name at least one scenario") }
    return scenarios
  }

  private func scenario(_ item: YAMLValue, _ goal: RunGoal) throws(RequestError) -> PlannedScenario {
    var scenario = PlannedScenario(
      scenario: "", settings: [:], schedule: .mttcg, start: .restored, goal: goal, name: "")
    guard let entries = try? item.anyMapping() else {
      scenario.scenario = pathOrName(try item.string(), ending: [".yaml", ".yml"])
      scenario.name = try checked(item) { [scenario] () throws(RequestError) in
        try checks.scenario(scenario.scenario, [:])
      }
      return scenario
    }
    _ = try item.mapping(knowing: ["scenario", "set", "schedule", "cold", "trials", "time"])
    let name = try item.required("scenario", entries)
    scenario.scenario = pathOrName(try name.string(), ending: [".yaml", ".yml"])
    for (key, setting) in try entries["set"]?.anyMapping() ?? [:] { scenario.settings[key] = try setting.string() }
    scenario.name = try checked(entries["set"] ?? name) { [scenario] () throws(RequestError) in
      try checks.scenario(scenario.scenario, scenario.settings)
    }
    if let value = entries["schedule"] {
      let text = try value.string()
      if Schedule.isFile(text) {
        let file = path(text)
        scenario.scheduleFile = file
        scenario.schedule = try checked(value) { () throws(RequestError) in try checks.schedule(file) }
      } else {
        do { scenario.schedule = try Schedule.reading(text) } catch { throw value.wrong(error.problem) }
      }
    }
    if let value = entries["cold"], try value.flag() {
      guard scenario.scheduleFile == nil else {
        throw value.wrong("a schedule file needs guests that are restored from a snapshot")
      }
      scenario.start = .booted
    }
    scenario.goal = try readGoal(entries) ?? goal
    return scenario
  }
}

private func readGoal(_ entries: [String: YAMLValue]) throws(RequestError) -> RunGoal? {
  if let time = entries["time"] {
    if let trials = entries["trials"] { throw trials.wrong("give trials or time, not both") }
    let duration = try time.duration()
    guard duration >= .seconds(1) else { throw time.wrong("must be at least a second") }
    return RunGoal(time: duration / .seconds(1))
  }
  return try entries["trials"].map { value throws(RequestError) in RunGoal(trials: try value.integer(in: 1...1_000_000))
  }
}

private func readJobs(_ value: YAMLValue?) throws(RequestError) -> Int? {
  guard let value else { return 1 }
  return try value.string() == "auto" ? nil : try value.integer(in: 1...64)
}

private func readConfidence(_ value: YAMLValue?) throws(RequestError) -> Double {
  guard let value else { return 0.95 }
  guard let number = Double(try value.string()), (0.5..<1).contains(number) else {
    throw value.wrong("must be 0.5 to below 1")
  }
  return number
}

private func readMail(_ value: YAMLValue?) throws(RequestError) -> PlannedMail? {
  guard let value else { return nil }
  let entries = try value.mapping(knowing: ["command", "when", "redact"])
  let command = try value.required("command", entries)
  var words: [String] = []
  for word in try command.list() { words.append(try word.string()) }
  guard let program = words.first, !program.isEmpty else {
    throw command.wrong("must be a program and its arguments", advice: "For instance [/usr/sbin/sendmail, -t, -i].")
  }
  var occasion = MailOccasion.always
  if let when = entries["when"] {
    let known = MailOccasion.allCases.map(\.rawValue).joined(separator: ", ")
    guard let read = MailOccasion(rawValue: try when.string()) else { throw when.wrong("must be one of \(known)") }
    occasion = read
  }
  return PlannedMail(command: words, occasion: occasion, isRedacted: try entries["redact"]?.flag() ?? false)
}

// It goes into a mail's header.
private func address(_ text: String) -> String? {
  text.wholeMatch(of: /[!-~]+@[!-~]+/) != nil && !text.contains(",") && text.utf8.count <= 250
    ? nil : "an address such as list@example.org"
}
