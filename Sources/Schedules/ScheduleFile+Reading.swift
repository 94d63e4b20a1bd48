package import Model
import StrictYAML

extension ScheduleFile {
  /// Reads a schedule file.
  ///
  /// - Parameters:
  ///   - text: at most 256 KiB.
  ///   - file: its name, for messages.
  /// - Throws: `RequestError` with the line and column of what is wrong.
  package init(parsing text: String, file: String) throws(RequestError) {
    let top = try YAMLValue(parsing: text, file: file)
    let entries = try top.mapping(knowing: ["schema", "summary", "base", "rules"])
    let schema = try top.required("schema", entries)
    guard try schema.string() == "zlab.schedule/1" else { throw schema.wrong("must be zlab.schedule/1") }
    (self.file, self.text) = (file, text)
    summary = try entries["summary"]?.string() ?? ""
    base = .turns(shift: Schedule.usualShift, cpus: 2)
    if let value = entries["base"] {
      let words = try value.string()
      do { base = try Schedule.reading(words) } catch { throw value.wrong(error.problem) }
      guard base.hasTurns else { throw value.wrong("must be turns[:SHIFT[:CPUS]]: only vCPUs in turns can be held") }
    }
    rules = []
    let list = try top.required("rules", entries)
    for item in try list.list() { rules.append(try readRule(item)) }
    guard !rules.isEmpty else { throw list.wrong("needs at least one rule") }
    guard rules.count <= Self.mostRules else {
      throw list.wrong("has \(rules.count) rules; at most \(Self.mostRules) are carried out")
    }
  }
}

// Of a pause: 8 s of guest time with the usual shift, by which the kernel's own watchdogs have not barked.
private let instructions = 1...1_000_000_000

private func readRule(_ value: YAMLValue) throws(RequestError) -> ScheduleRule {
  let entries = try value.mapping(knowing: ["task", "at", "arrival", "until", "limit"])
  let place = try readPlace(value.required("at", entries))
  let wait = try value.required("until", entries)
  let until = try readCondition(wait)
  let arrival = try entries["arrival"]?.integer(in: 1...1_000_000)
  if case .run = until, let limit = entries["limit"] { throw limit.wrong("'run' is a limit of its own") }
  return ScheduleRule(
    task: try readTask(entries["task"]), at: place, arrival: arrival, until: until,
    limit: try entries["limit"]?.integer(in: instructions))
}

/// nil for any task.
private func readTask(_ value: YAMLValue?) throws(RequestError) -> String? {
  guard let value else { return nil }
  let name = try value.string { text in
    text.wholeMatch(of: /[!-~]{1,48}/) == nil ? "1 to 48 ASCII characters without spaces, or any" : nil
  }
  guard !name.dropLast().contains("*") else { throw value.wrong("may have a '*' at its end only") }
  return name == "any" ? nil : name
}

private func readCondition(_ value: YAMLValue) throws(RequestError) -> ScheduleCondition {
  let entries = try value.mapping(knowing: ["task", "reaches", "blocks", "run"])
  guard ["reaches", "blocks", "run"].count(where: { entries[$0] != nil }) == 1 else {
    throw value.wrong("needs one of 'reaches', 'blocks' and 'run'")
  }
  if let count = entries["run"] {
    if let task = entries["task"] { throw task.wrong("'run' counts the instructions of all other vCPUs") }
    return .run(try count.integer(in: instructions))
  }
  let task = try readTask(entries["task"])
  if let place = entries["reaches"] { return .reach(task: task, try readPlace(place)) }
  if let flag = entries["blocks"], try !flag.flag() { throw flag.wrong("must be true, or be left out") }
  return .block(task: task)
}

/// `f`, `f+0x84`, or a mapping.
private func readPlace(_ value: YAMLValue) throws(RequestError) -> SchedulePlace {
  if let text = try? value.string() { return try readShortPlace(text, value) }
  let entries = try value.mapping(knowing: ["function", "before-call", "after-call", "nth", "offset", "before-access"])
  if let access = entries["before-access"] {
    throw access.wrong(
      "places by the access to a field are not supported: which instruction that is takes the kernel's debug information",
      advice: "Name the call before or after it (before-call, after-call), or its offset in the function.")
  }
  let function = try readName(value.required("function", entries))
  let given = ["before-call", "after-call", "offset"].filter { entries[$0] != nil }
  guard given.count <= 1 else { throw value.wrong("has both '\(given[0])' and '\(given[1])'") }
  if let nth = entries["nth"], entries["before-call"] == nil, entries["after-call"] == nil {
    throw nth.wrong("counts calls: it needs 'before-call' or 'after-call'")
  }
  let nth = try entries["nth"]?.integer(in: 1...1000) ?? 1
  if let name = entries["before-call"] {
    return SchedulePlace(function, .call(try readName(name), nth: nth, isAfter: false))
  }
  if let name = entries["after-call"] {
    return SchedulePlace(function, .call(try readName(name), nth: nth, isAfter: true))
  }
  guard let offset = entries["offset"] else { return SchedulePlace(function) }
  return SchedulePlace(function, try position(offset.integer(in: 0...(1 << 20)), offset))
}

private func readShortPlace(_ text: String, _ value: YAMLValue) throws(RequestError) -> SchedulePlace {
  let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
  let name = String(parts[0])
  try check(name, value)
  guard parts.count == 2 else { return SchedulePlace(name) }
  guard let offset = wholeNumber(String(parts[1])), (0...(1 << 20)).contains(offset) else {
    throw value.wrong("must be FUNCTION or FUNCTION+0xOFFSET, not '\(text.prefix(80))'")
  }
  return SchedulePlace(name, try position(offset, value))
}

// Instructions of s390x begin at even addresses.
private func position(_ offset: Int, _ value: YAMLValue) throws(RequestError) -> SchedulePlace.Position {
  guard offset % 2 == 0 else { throw value.wrong("is odd; instructions of s390x begin at even addresses") }
  return offset == 0 ? .entry : .offset(offset)
}

private func readName(_ value: YAMLValue) throws(RequestError) -> String {
  let name = try value.string()
  try check(name, value)
  return name
}

private func check(_ name: String, _ value: YAMLValue) throws(RequestError) {
  guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.$]{0,254}/) != nil else {
    throw value.wrong("must name a function of the kernel, not '\(name.prefix(80))'")
  }
}
