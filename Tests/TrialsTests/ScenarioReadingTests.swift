import Foundation
import Guest
import Model
import Testing
import Trials

@Suite struct ScenarioReadingTests {
  private func read(_ rest: String) throws(RequestError) -> Scenario {
    try Scenario(parsing: "schema: zlab.scenario/1\nname: t\nsummary: s\n" + rest, file: "t.yaml")
  }

  @Test func `the carried scenarios can be read and have a reason`() throws {
    let all = try Catalogue.all()
    #expect(all.map(\.name).contains("slot-power-race"))
    for scenario in all { #expect(!scenario.about.isEmpty) }
  }

  @Test func `the carried scenarios start only programs that the image has`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../images/actors").standardized
    var known: Set<String> = ["sh"]
    for file in try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
    where file.pathExtension == "c" {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: /ACTOR\([a-z_]+,\s*"([a-z-]+)"/) {
        known.insert(String(match.1))
      }
    }
    #expect(known.contains("function-toggle"))
    for scenario in try Catalogue.all() {
      for actor in scenario.actors + scenario.preparations {
        #expect(known.contains(actor.program), "\(scenario.name) starts \(actor.program)")
      }
    }
  }

  @Test func `each function that a carried scenario's actors name is one of its own`() throws {
    for scenario in try Catalogue.all() {
      let fids = Set(scenario.functions.map { String($0.fid, radix: 16) })
      for actor in scenario.actors {
        for (option, value) in zip(actor.arguments, actor.arguments.dropFirst())
        where ["--fid", "--spare"].contains(option) {
          #expect(fids.contains(value), "\(scenario.name): \(actor.name) has \(option) \(value)")
        }
      }
    }
  }

  @Test func `a scenario says what is plugged and started`() throws {
    let scenario = try read(
      """
      guest: {cpus: 1, memory: 256, kernel-arguments: [quiet]}
      prepare: [{program: sh, arguments: [-c, "true"]}]
      functions: [{uid: 0x1, fid: 0x10, model: virtio-rng}, {uid: 2, fid: 0x11, model: virtio-blk, size: 8}]
      parameters: {pace: 5}
      actors: [{name: a, program: toggle, arguments: [--seed, "${seed}", --pace, "${pace}"]}]
      duration: 2m
      """)
    #expect(scenario.functions.map(\.model) == [.rng, .block])
    #expect(scenario.functions.last?.diskSize == 8 << 20)
    #expect(scenario.duration == .seconds(120))
    #expect(scenario.arguments(of: scenario.actors[0], seed: 9) == ["--seed", "9", "--pace", "5"])
    #expect(scenario.preparations.map(\.program) == ["sh"])
  }

  @Test func `only a disk has a size`() throws {
    func functions(_ model: String) throws -> Scenario {
      try read("functions: [{uid: 1, fid: 1, model: \(model), size: 8}]\nactors: [{program: a}]\n")
    }
    for model in ["virtio-blk", "nvme"] { #expect(try functions(model).functions.first?.diskSize == 8 << 20) }
    for model in ["virtio-rng", "virtio-net"] {
      let error = #expect(throws: RequestError.self) { try functions(model) }
      #expect(error?.problem.hasSuffix("\(model) has no size") == true)
      #expect(error?.advice == "Models with a disk: virtio-blk and nvme.")
    }
  }

  @Test func `a scenario says on which kernels it was seen to fail`() throws {
    let scenario = try read(
      """
      seen: {bad: [debian:bookworm 6.1.176], good: [debian:trixie 6.12.107, mine]}
      actors: [{program: a}]
      """)
    #expect(scenario.seen == Sightings(bad: ["debian:bookworm 6.1.176"], good: ["debian:trixie 6.12.107", "mine"]))
    #expect(try read("actors: [{program: a}]").seen == Sightings())
  }

  @Test func `a parameter can be set, an unknown one not`() throws {
    var scenario = try read("parameters: {pace: 5}\nactors: [{program: a, arguments: ['${pace}']}]")
    try scenario.set(["pace": "7"])
    #expect(scenario.arguments(of: scenario.actors[0], seed: 0) == ["7"])
    let error = #expect(throws: RequestError.self) { try scenario.set(["race": "1"]) }
    #expect(error?.advice == "It has pace.")
  }

  @Test func `every scenario can go on after findings of some kinds`() throws {
    var scenario = try read("actors: [{program: a}]")
    #expect(scenario.continuesAfter.isEmpty)
    try scenario.set(["continue-after": "lockdep,warning"])
    #expect(scenario.continuesAfter == [.lockdep, .warning])
    for wrong in ["locks", "lockdep,", "lockdep, warning"] {
      let error = #expect(throws: RequestError.self) { try scenario.set(["continue-after": wrong]) }
      #expect(error?.advice?.contains("lockdep") == true)
    }
  }

  @Test(arguments: [
    ("actors: [{program: a}]\nparameters: {continue-after: locks}", "is not a kind of finding"),
    ("actors: []", "needs at least one actor"),
    ("actors: [{name: a}]", "needs a program"),
    ("actors: [{program: a}, {program: a}]", "a second actor called 'a'"),
    ("actors: [{program: a, arguments: ['${sed}']}]", "${sed} is neither ${seed} nor a parameter of this scenario"),
    ("actors: [{program: a}]\nfunctions: [{uid: 1, fid: 1, model: virtio-balloon}]", "MSI-X"),
    ("actors: [{program: a}]\nfunctions: [{uid: 1, fid: 1}]", "needs uid, fid and model"),
    ("actors: [{program: a}]\nfunctions: [{uid: 0, fid: 1, model: virtio-rng}]", "must be 1 to 65535"),
    (
      "actors: [{program: a}]\nfunctions: [{uid: 1, fid: 1, model: virtio-rng}, {uid: 1, fid: 2, model: virtio-rng}]",
      "uid 0x1 is given twice"
    ),
    ("actors: [{program: a}]\nguest: {cpus: many}", "must be a whole number, not 'many'"),
    ("actors: [{program: a}]\ndurtion: 5s", "unknown key 'durtion'"),
    ("actors: [{program: a}]\nfindings: {count: [wobble]}", "is not a kind of finding"),
    ("actors: [{program: a}]\nseen: {worse: [x]}", "unknown key 'worse'"),
    ("actors: [{program: a}]\nseen: {bad: [\"\"]}", "must say in one line"),
    ("actors: [{program: a}]\nseen: {bad: [\"a\\nb\"]}", "must say in one line"),
    ("actors: [{program: a}]\nseen: {good: debian}", "must be a list"),
    ("actors: [{program: a}]\nfindings: {count: []}", "must name at least one kind"),
  ])
  func `what is wrong is named with its line`(rest: String, problem: String) {
    let error = #expect(throws: RequestError.self) { try read(rest) }
    #expect(error?.problem.contains(problem) == true)
    #expect(error?.problem.hasPrefix("t.yaml:") == true)
  }

  @Test func `an unknown scenario names those there are`() {
    let error = #expect(throws: RequestError.self) { try Catalogue.find("no-such-race") }
    #expect(error?.advice?.contains("slot-power-race") == true)
  }

  @Test func `seeds differ by trial and actor and fit a double`() {
    let seeds = (0..<1000).map { derivedSeed(42, $0) }
    #expect(Set(seeds).count == 1000)
    #expect(seeds.allSatisfy { $0 < 1 << 53 })
    #expect(derivedSeed(42, 1) == seeds[1])
    // A run that is told again by its seed must be the same run.
    #expect(seeds[...1] == [6679422623415661, 1440344771546334])
  }
}
