import Foundation
import Model
import Nightly
import Testing

private let checks = PlanChecks(
  scenario: { name, settings throws(RequestError) in
    guard name != "missing" else { throw RequestError("there is no scenario 'missing'") }
    if settings["wrong"] != nil { throw RequestError("it has no parameter 'wrong'") }
    return name.split(separator: "/").last.map { String($0.split(separator: ".")[0]) } ?? name
  },
  fragment: { name throws(RequestError) in if name == "nofragment" { throw RequestError("there is no fragment") } },
  patch: { _ throws(RequestError) in }, origin: { _ throws(RequestError) in },
  schedule: { path throws(RequestError) in
    guard path == "/plans/race.yaml" else { throw RequestError("cannot read the schedule \(path)") }
    return .turns(shift: 4, cpus: 3)
  })

private func plan(_ text: String) throws -> Plan {
  try Plan(parsing: text, file: "/plans/p.yaml", home: "/home/me", checks: checks)
}

@Suite struct PlanReadingTests {
  @Test func `a scenario may have a schedule file, which is part of the cell's name`() throws {
    let plan = try plan(
      "{schema: zlab.plan/1, name: p, sources: [{release: a}], scenarios: [{scenario: s, schedule: race.yaml}, s]}")
    #expect(plan.scenarios[0].scheduleFile == "/plans/race.yaml")
    #expect(plan.scenarios[0].schedule == .turns(shift: 4, cpus: 3))
    #expect(plan.scenarios.map(\.variant) == ["race.yaml", ""])
  }

  @Test func `a plan with everything is read`() throws {
    let plan = try plan(
      """
      schema: zlab.plan/1
      name: pci
      sources:
        - release: bookworm
        - git: ~/linux
          branch: for-next
          fetch: origin
          patches: [fix.mbox, /abs.mbox]
          configs: [kasan]
        - {source: "debian:6.1", line: old}
        - kernel: b9519b77
      configs:
        plain: []
        kasan: [kasan, mine.config]
      scenarios:
        - nothing
        - {scenario: other.yaml, set: {seconds: 2}, schedule: icount, cold: true, trials: 50}
        - {scenario: nothing, time: 5m, cold: true}
      trials: 20
      budget: 8h
      left-over: false
      jobs: auto
      confidence: 0.9
      known-issues: known.yaml
      retention: {logs: 30d, trials: 365d}
      recipients: [list@example.org]
      mail: {command: [/usr/sbin/sendmail, -t], when: news, redact: true}
      """)
    #expect(plan.sources.map(\.name) == ["debian:bookworm", "for-next", "debian:6.1", "b9519b77"])
    #expect(plan.sources[1].origin == .branch(repository: "/home/me/linux", name: "for-next", remote: "origin"))
    #expect(plan.sources[1].patches == ["/plans/fix.mbox", "/abs.mbox"])
    #expect(plan.sources.map(\.line) == [nil, "for-next", "old", nil])
    #expect(plan.configs["kasan"]?.fragments == ["kasan", "/plans/mine.config"])
    #expect(plan.scenarios.map(\.variant) == ["", "seconds=2 icount:3 cold", "cold"])
    #expect(plan.scenarios.map(\.goal) == [RunGoal(trials: 20), RunGoal(trials: 50), RunGoal(time: 300)])
    #expect(plan.scenarios[1].scenario == "/plans/other.yaml")
    #expect((plan.budget, plan.usesLeftOver, plan.jobs, plan.confidence) == (.seconds(28800), false, nil, 0.9))
    #expect(plan.knownIssues == "/plans/known.yaml")
    #expect((plan.retention.logs, plan.retention.trials) == (.seconds(30 * 86400), .seconds(365 * 86400)))
    #expect(
      plan.mail?.command == ["/usr/sbin/sendmail", "-t"] && plan.mail?.occasion == .news
        && plan.mail?.isRedacted == true)
    #expect(plan.recipients == ["list@example.org"])
    // Stock kernels once, the branch with one configuration, the package with both: five kernels, three scenarios.
    #expect(plan.kernels.map(\.config.name) == ["stock", "kasan", "kasan", "plain", "stock"])
    #expect(plan.cells.count == 15)
    #expect(plan.cells.map(\.position) == Array(1...15))
  }

  @Test func `the least that a plan says is enough`() throws {
    let plan = try plan("{schema: zlab.plan/1, name: p, sources: [{release: trixie}], scenarios: [nothing]}")
    #expect(plan.cells.count == 1)
    #expect((plan.budget, plan.jobs, plan.mail) == (nil, 1, nil))
    #expect(plan.scenarios[0].goal == RunGoal(trials: 10))
  }

  // What is wrong, and the line that must be blamed.
  @Test(arguments: [
    ("sources: [{release: a, kernel: b}]", "2:11: sources[0]: must have exactly one of"),
    ("sources: [{git: /l}]", "2:17: sources[0].git: needs a `branch`"),
    ("sources: [{git: /l, branch: --upload-pack=x}]", "2:29: sources[0].branch: must be a name that git knows"),
    ("sources: [{release: a, patches: [x]}]", "2:33: sources[0].patches: a kernel that comes built takes neither"),
    ("sources: [{source: a, configs: [no]}]", "2:33: sources[0].configs[0]: there is no configuration 'no'"),
    ("sources: [{release: a}, {release: a}]", "2:25: sources[1]: a second source called 'debian:a'"),
    ("sources: [{release: a, branch: b}]", "2:32: sources[0].branch: only `git` has a branch"),
    ("sources: []", "2:10: sources: must name at least one source"),
    ("sources: [{relaese: a}]", "2:21: sources[0].relaese: unknown key 'relaese'"),
    ("scenarios: [missing]", "2:13: scenarios[0]: there is no scenario 'missing'"),
    ("scenarios: [a, a]", "2:16: scenarios[1]: the same scenario a second time"),
    ("scenarios: [{scenario: a, set: {wrong: 1}}]", "2:32: scenarios[0].set: it has no parameter 'wrong'"),
    ("scenarios: [{scenario: a, trials: 3, time: 1m}]", "2:35: scenarios[0].trials: give trials or time"),
    ("scenarios: [{scenario: a, schedule: fast}]", "2:37: scenarios[0].schedule: must be mttcg"),
    (
      "scenarios: [{scenario: a, schedule: no.yaml}]",
      "2:37: scenarios[0].schedule: cannot read the schedule /plans/no.yaml"
    ),
    (
      "scenarios: [{scenario: a, schedule: race.yaml, cold: true}]",
      "2:54: scenarios[0].cold: a schedule file needs guests that are restored"
    ),
    ("configs: {stock: []}", "2:18: configs.stock: 'stock' cannot name"),
    ("configs: {a: [nofragment]}", "2:15: configs.a[0]: there is no fragment"),
    ("trials: 0", "2:9: trials: must be 1 to 1000000"), ("budget: long", "2:9: budget: must be a time"),
    ("jobs: many", "2:7: jobs: must be a whole number"), ("executor: cloud", "2:11: executor: must be local or slurm"),
    ("slurm: {options: [low]}", "2:19: slurm.options[0]: 'low' is no option of sbatch"),
    ("confidence: 2", "2:13: confidence: must be 0.5"),
    ("mail: {command: [x]}", "2:7: mail: there are no `recipients`"),
    ("recipients: [nobody]", "2:14: recipients[0]: must be an address"),
    ("retention: {log: 1d}", "2:18: retention.log: unknown key 'log'"),
  ])
  func `every complaint names its place`(line: String, problem: String) {
    let key = line.prefix { $0 != ":" }
    var lines = ["schema: zlab.plan/1", line, "name: p"]
    if key != "sources" { lines.append("sources: [{release: trixie}]") }
    if key != "scenarios" { lines.append("scenarios: [nothing]") }
    let error = #expect(throws: RequestError.self) { try plan(lines.joined(separator: "\n")) }
    #expect(error?.problem.hasPrefix("/plans/p.yaml:" + problem) == true, "\(error?.problem ?? "")")
  }
}

@Suite struct KnownIssuesTests {
  @Test func `known issues hold through their last day`() throws {
    let text = """
      # What we know of.
      - signature: 597f4c7c97f3be59
        reason: fixed in 6.9
        link: https://example.org/1
        until: 2026-12-31
      - {signature: ba640c15, reason: rare, line: "6.1"}
      """
    let issues = try readKnownIssues(text, file: "known.yaml")
    #expect(issues.count == 2)
    #expect(issues[0].isAbout("597f4c7c97f3be59", line: "6.12"))
    let day = try #require(issues[0].until)
    #expect(!issues[0].isExpired(at: day - 1) && issues[0].isExpired(at: day))
    #expect(day.ISO8601Format() == "2027-01-01T00:00:00Z")
    #expect(issues[1].isAbout("ba640c15b5726110", line: "6.1") && !issues[1].isAbout("ba640c15b5726110", line: "6.12"))
    #expect(!issues[1].isExpired(at: .distantFuture))
  }

  @Test(arguments: [
    ("- {signature: xyz, reason: r}", "f:1:15: [0].signature: must be 8 to 16 hex"),
    ("- {signature: 597f4c7c}", "f:1:3: [0]: 'reason' is missing"),
    ("- {signature: 597f4c7c, reason: r, until: soon}", "f:1:43: [0].until: must be a day"),
    ("a: b", "f:1:1: must be a list"),
  ])
  func `every complaint names its place`(text: String, problem: String) {
    let error = #expect(throws: RequestError.self) { try readKnownIssues(text, file: "f") }
    #expect(error?.problem.hasPrefix(problem) == true, "\(error?.problem ?? "")")
  }

  @Test func `a list of none is none`() throws {
    #expect(try readKnownIssues("# nothing yet\n\n", file: "f").isEmpty)
    #expect(try readKnownIssues("", file: "f").isEmpty)
    #expect(try readKnownIssues("[]", file: "f").isEmpty)
  }
}
