import Guest
package import Model
import StrictYAML

extension Scenario {
  /// Reads a scenario file.
  ///
  /// - Parameter file: its name, for complaints.
  /// - Throws: ``RequestError`` with the line and column of what is wrong.
  package init(parsing text: String, file: String) throws(RequestError) {
    let top = try YAMLValue(parsing: text, file: file)
    let keys = [
      "schema", "name", "summary", "about", "seen", "guest", "prepare", "functions", "actors", "parameters", "duration",
      "settle", "findings", "collect",
    ]
    let entries = try top.mapping(knowing: keys)
    func required(_ key: String) throws(RequestError) -> YAMLValue { try top.required(key, entries) }
    let schema = try required("schema")
    guard try schema.string() == "zlab.scenario/1" else { throw schema.wrong("must be zlab.scenario/1") }
    self.text = text
    name = try required("name").string()
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,47}/) != nil else {
      throw try required("name").wrong("must be 1 to 48 characters of a-z, 0-9 and '-'")
    }
    summary = try required("summary").string()
    about = try entries["about"]?.string() ?? ""
    seen = try readSightings(entries["seen"])
    let guest = try GuestPart(entries["guest"])
    (cpus, memory, kernelArguments, image) = (guest.cpus, guest.memory, guest.kernelArguments, guest.image)
    (kselftests, kernelConfig) = (guest.kselftests, guest.kernelConfig)
    collect = try readPatterns(entries["collect"])
    functions = try readFunctions(entries["functions"])
    parameters = [:]
    for (key, value) in try entries["parameters"]?.anyMapping() ?? [:] { parameters[key] = try value.string() }
    if let value = entries["parameters"], let kinds = parameters[Self.continueAfter] {
      do { _ = try Self.kinds(kinds) } catch { throw value.wrong(error.problem, advice: error.advice) }
    }
    preparations = []
    if let steps = entries["prepare"] { preparations = try readActors(steps, parameters: parameters) }
    actors = try readActors(required("actors"), parameters: parameters)
    duration = try entries["duration"]?.duration() ?? .seconds(10)
    settle = try entries["settle"]?.duration() ?? .seconds(1)
    let findings = try entries["findings"]?.mapping(knowing: ["count", "ignore"]) ?? [:]
    kinds = try readKinds(findings["count"])
    ignoredTitles = []
    for title in try findings["ignore"]?.list() ?? [] { ignoredTitles.insert(try title.string()) }
  }

  /// Puts other values into the scenario's parameters.
  /// - Throws: ``RequestError`` for a parameter that the scenario does not have.
  package mutating func set(_ values: [String: String]) throws(RequestError) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if name == Self.continueAfter { _ = try Self.kinds(value) }
      guard parameters[name] != nil || name == Self.continueAfter else {
        let known = parameters.keys.sorted().joined(separator: ", ")
        throw RequestError(
          "the scenario \(self.name) has no parameter '\(name)'",
          advice: known.isEmpty ? "It has none at all." : "It has \(known).")
      }
      parameters[name] = value
    }
  }
}

private struct GuestPart {
  var cpus = 2
  var memory = 512
  var kernelArguments: [String] = []
  var image = "mini"
  var kselftests: [String] = []
  var kernelConfig: [String] = []

  init(_ value: YAMLValue?) throws(RequestError) {
    let keys = ["cpus", "memory", "kernel-arguments", "kernel-config", "image", "kselftests"]
    let entries = try value?.mapping(knowing: keys) ?? [:]
    if let value = entries["cpus"] { cpus = try value.integer(in: 1...16) }
    if let value = entries["memory"] { memory = try value.integer(in: 128...16384) }
    if let value = entries["image"] { image = try value.string() }
    for word in try entries["kernel-arguments"]?.list() ?? [] { kernelArguments.append(try word.string()) }
    for name in try entries["kselftests"]?.list() ?? [] { kselftests.append(try name.string()) }
    for item in try entries["kernel-config"]?.list() ?? [] {
      let name = try item.string()
      let option = name.hasPrefix("CONFIG_") ? String(name.dropFirst("CONFIG_".count)) : name
      guard option.wholeMatch(of: /[A-Z0-9_]{1,80}/) != nil else {
        throw item.wrong("must name an option of the kernel's configuration, such as IOMMUFD")
      }
      kernelConfig.append(option)
    }
  }
}

private func readPatterns(_ value: YAMLValue?) throws(RequestError) -> [PathPattern] {
  var patterns: [PathPattern] = []
  for item in try value?.list() ?? [] {
    do { patterns.append(try PathPattern(item.string())) } catch {
      throw item.wrong(error.problem, advice: error.advice)
    }
  }
  return patterns
}

private func readSightings(_ value: YAMLValue?) throws(RequestError) -> Sightings {
  let entries = try value?.mapping(knowing: ["bad", "good"]) ?? [:]
  var seen = Sightings()
  for item in try entries["bad"]?.list() ?? [] { seen.bad.append(try readKernel(item)) }
  for item in try entries["good"]?.list() ?? [] { seen.good.append(try readKernel(item)) }
  return seen
}

// One cell of a table.
private func readKernel(_ value: YAMLValue) throws(RequestError) -> String {
  let words = try value.string()
  guard !words.isEmpty, words.count <= 80, !words.contains(where: \.isNewline) else {
    throw value.wrong("must say in one line of at most 80 characters which kernel it was")
  }
  return words
}

private func readFunctions(_ value: YAMLValue?) throws(RequestError) -> [FunctionSpec] {
  var functions: [FunctionSpec] = []
  for item in try value?.list() ?? [] {
    let entries = try item.mapping(knowing: ["uid", "fid", "model", "size", "plugged"])
    guard let uid = entries["uid"], let fid = entries["fid"], let model = entries["model"] else {
      throw item.wrong("needs uid, fid and model")
    }
    let number = UInt16(try uid.integer(in: 1...0xffff))
    let slot = UInt32(try fid.integer(in: 0...0xffff_ffff))
    let kind: FunctionModel
    do { kind = try FunctionModel(named: model.string()) } catch {
      throw model.wrong(error.problem, advice: error.advice)
    }
    let isPlugged = try entries["plugged"]?.flag() ?? true
    var function = FunctionSpec(uid: number, fid: slot, model: kind, isPlugged: isPlugged)
    if let size = entries["size"] {
      guard kind.hasDisk else {
        let names = FunctionModel.allCases.filter(\.hasDisk).map(\.name).joined(separator: " and ")
        throw size.wrong("\(kind.name) has no size", advice: "Models with a disk: \(names).")
      }
      function.diskSize = try size.integer(in: 1...4096) << 20
    }
    functions.append(function)
    do { try check(functions) } catch { throw item.wrong(error.problem, advice: error.advice) }
  }
  return functions
}

private func readActors(_ value: YAMLValue, parameters: [String: String]) throws(RequestError) -> [Actor] {
  var actors: [Actor] = []
  for item in try value.list() {
    let entries = try item.mapping(knowing: ["name", "program", "arguments", "output"])
    guard let program = entries["program"] else { throw item.wrong("needs a program") }
    var arguments: [String] = []
    for argument in try entries["arguments"]?.list() ?? [] {
      let text = try argument.string()
      for match in text.matches(of: /\$\{([^}]*)\}/) where match.1 != "seed" && parameters[String(match.1)] == nil {
        throw argument.wrong("\(match.0) is neither ${seed} nor a parameter of this scenario")
      }
      arguments.append(text)
    }
    let name = try (entries["name"] ?? program).string()
    guard !actors.contains(where: { $0.name == name }) else { throw item.wrong("a second actor called '\(name)'") }
    var actor = Actor(name: name, program: try program.string(), arguments: arguments)
    if let output = entries["output"] {
      guard try output.string() == "ktap" else { throw output.wrong("must be ktap, or be left out") }
      actor.isKTAP = true
    }
    actors.append(actor)
  }
  guard !actors.isEmpty else { throw value.wrong("needs at least one actor") }
  return actors
}

private func readKinds(_ value: YAMLValue?) throws(RequestError) -> Set<FindingKind> {
  guard let value else { return Set(FindingKind.allCases) }
  var kinds: Set<FindingKind> = []
  for item in try value.list() {
    guard let kind = FindingKind(rawValue: try item.string()) else {
      let known = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw item.wrong("is not a kind of finding", advice: "Kinds: \(known).")
    }
    kinds.insert(kind)
  }
  guard !kinds.isEmpty else { throw value.wrong("must name at least one kind; leave it out for all") }
  return kinds
}
