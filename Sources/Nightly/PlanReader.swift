import Model
import StrictYAML

/// Reads a plan, value by value.
struct PlanReader {
  let checks: PlanChecks
  /// The plan's folder, which relative paths begin at, without a final slash.
  let folder: String
  let home: String

  /// A path of the plan's as the rest of zlab takes it.
  func path(_ text: String) -> String {
    if text.hasPrefix("~/") { return home + text.dropFirst() }
    return text.hasPrefix("/") ? text : folder + "/" + text
  }

  /// Name or path: a path has a slash or ends like a file.
  func pathOrName(_ text: String, ending: [String]) -> String {
    text.contains("/") || ending.contains { text.hasSuffix($0) } ? path(text) : text
  }

  /// Puts the place of `value` before what a check has to say.
  func checked<Result>(
    _ value: YAMLValue, _ check: () throws(RequestError) -> Result
  ) throws(RequestError) -> Result {
    do { return try check() } catch { throw value.wrong(error.problem, advice: error.advice) }
  }

  func words(_ value: YAMLValue?) throws(RequestError) -> [String] {
    var words: [String] = []
    for item in try value?.list() ?? [] { words.append(try item.string()) }
    return words
  }

  func configs(_ value: YAMLValue?) throws(RequestError) -> [String: PlannedConfig] {
    var configs: [String: PlannedConfig] = [:]
    for (name, list) in try value?.anyMapping() ?? [:] {
      guard isName(name), name != PlannedConfig.stock.name else {
        throw list.wrong("'\(name.prefix(40))' cannot name a configuration", advice: nameAdvice)
      }
      var fragments: [String] = []
      for item in try list.list() {
        let fragment = pathOrName(try item.string(), ending: [".config"])
        try checked(item) { () throws(RequestError) in try checks.fragment(fragment) }
        fragments.append(fragment)
      }
      configs[name] = PlannedConfig(name: name, fragments: fragments)
    }
    return configs
  }

  func sources(_ value: YAMLValue, configs: Set<String>) throws(RequestError) -> [PlannedSource] {
    var sources: [PlannedSource] = []
    for item in try value.list() {
      let source = try source(item, configs)
      guard !sources.contains(where: { $0.name == source.name }) else {
        throw item.wrong("a second source called '\(source.name)'", advice: "Give one of them a `name`.")
      }
      sources.append(source)
    }
    guard !sources.isEmpty else { throw value.wrong("must name at least one source") }
    return sources
  }

  private func source(_ item: YAMLValue, _ configs: Set<String>) throws(RequestError) -> PlannedSource {
    let kinds = ["release", "kernel", "source", "git"]
    let entries = try item.mapping(
      knowing: kinds + ["name", "line", "branch", "fetch", "revision", "patches", "configs"])
    let given = kinds.filter { entries[$0] != nil }
    guard given.count == 1, let kind = given.first, let value = entries[kind] else {
      throw item.wrong("must have exactly one of \(kinds.joined(separator: ", "))")
    }
    let (origin, name, line) = try origin(kind, value, entries)
    try checked(value) { () throws(RequestError) in try checks.origin(origin) }
    if origin.isStock, let surplus = entries["patches"] ?? entries["configs"] {
      throw surplus.wrong("a kernel that comes built takes neither patches nor configurations")
    }
    var patches: [String] = []
    for patch in try entries["patches"]?.list() ?? [] {
      let place = path(try patch.string())
      try checked(patch) { () throws(RequestError) in try checks.patch(place) }
      patches.append(place)
    }
    var chosen: [String] = []
    for config in try entries["configs"]?.list() ?? [] {
      let name = try config.string()
      guard configs.contains(name) else {
        throw config.wrong(
          "there is no configuration '\(name)'", advice: "The plan has \(configs.sorted().joined(separator: ", ")).")
      }
      chosen.append(name)
    }
    if chosen.isEmpty, !origin.isStock { chosen = configs.sorted() }
    return PlannedSource(
      name: try entries["name"]?.string(named) ?? name, origin: origin,
      line: try entries["line"]?.string(named) ?? line, patches: patches, configs: chosen)
  }

  /// - Returns: the origin, and what it is called when the plan does not say: itself, and its line.
  private func origin(
    _ kind: String, _ value: YAMLValue, _ entries: [String: YAMLValue]
  ) throws(RequestError) -> (PlannedOrigin, String, String?) {
    let text = try value.string()
    for (key, allowed) in [("branch", "git"), ("fetch", "git"), ("revision", "source")] where kind != allowed {
      if let entry = entries[key] { throw entry.wrong("only `\(allowed)` has a \(key)") }
    }
    switch kind {
    case "release": return (.release(text), "debian:\(text)", nil)
    case "kernel": return (.cached(text.contains("/") ? path(text) : text), text, nil)
    case "source":
      let place = text.hasPrefix("debian:") ? text : path(text)
      return (.source(place, revision: try entries["revision"]?.string()), text, nil)
    default:
      guard let branch = entries["branch"] else { throw value.wrong("needs a `branch`") }
      let name = try branch.string(revisionWord)
      let remote = try entries["fetch"]?.string(revisionWord)
      return (.branch(repository: path(text), name: name, remote: remote), name, name)
    }
  }
}

let nameAdvice = "Letters, digits and .:/_+- are fine, 60 at most."

/// True if a word may name something in a plan: it will stand in tables, mails and systemd units.
func isName(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.:\/_+-]{0,59}/) != nil }

/// For `YAMLValue.string`: what a name must be.
func named(_ text: String) -> String? { isName(text) ? nil : "a name; letters, digits and .:/_+- are fine, 60 at most" }

// Git takes what begins with a dash for an option.
private func revisionWord(_ text: String) -> String? {
  text.wholeMatch(of: /[A-Za-z0-9_.][A-Za-z0-9_.\/+-]{0,199}/) != nil && !text.contains("..")
    ? nil : "a name that git knows"
}
