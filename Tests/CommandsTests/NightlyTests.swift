import Foundation
import Testing
import Trials

@testable import Commands

/// `zlab nightly` by its binary.
@Suite(.serialized) struct NightlyTests {
  let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  private func plan(_ text: String) throws -> String {
    let file = zlab.home.appending(path: "plan.yaml")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  @Test func `the maintainer's plan names every scenario of functions, with ways that the scenario has`() async throws {
    let example = try await zlab.run("nightly", "example", "--maintainer", "--source", "debian:sid")
    let dry = try await zlab.run("nightly", try plan(example.output), "--dry-run")
    #expect(dry.code == 0, "\(dry.talk)")
    // The usual QEMU has no NVMe.
    let others: Set = ["nothing", "kselftest-iommufd", "qemu-passthrough", "nvme-unplug"]
    let names = Set(try Catalogue.all().map(\.name)).subtracting(others)
    #expect(Set(MaintainerPlan.matrix.map(\.scenario)) == names)
    for (name, parameter, values) in MaintainerPlan.matrix {
      let scenario = try Catalogue.find(name)
      guard let parameter else { continue }
      #expect(scenario.parameters[parameter] != nil, "\(name)")
      for value in values { #expect(scenario.text.contains(value), "\(name) \(value)") }
    }
  }

  @Test func `the example is a plan, and a dry run begins nothing`() async throws {
    let example = try await zlab.run("nightly", "example")
    #expect(example.code == 0)
    let dry = try await zlab.run("nightly", try plan(example.output), "--dry-run")
    #expect(dry.code == 0, "\(dry.talk)")
    #expect(dry.output.contains("debian:trixie"))
    #expect(dry.output.contains("slot-power-race (seconds=2)"))
    #expect(dry.output.contains("6 cells, duration unknown") && !dry.output.contains("about 0 s"))
    let none = try await zlab.run("report", "night")
    #expect(none.code == 64 && none.talk.contains("no nights"))
  }

  @Test func `what is wrong in a plan is told with its place before anything is done`() async throws {
    let path = try plan("schema: zlab.plan/1\nname: p\nsources: [{release: trixie}]\nscenarios: [no-such]\n")
    let result = try await zlab.run("nightly", path)
    #expect(result.code == 64)
    #expect(result.talk.contains("\(path):4:13: scenarios[0]: there is no scenario 'no-such'"))
    let missing = try await zlab.run("nightly", "/nowhere.yaml")
    #expect(missing.code == 64)
    let none = try await zlab.run("nightly", "--resume", "latest")
    #expect(none.code == 64 && none.talk.contains("no nights"))
    #expect(try await zlab.run("nightly").code == 64)
  }

  @Test func `a plan that is only tried is refused when a kernel of it is not there`() async throws {
    let path = try plan("{schema: zlab.plan/1, name: p, sources: [{kernel: nowhere}], scenarios: [nothing]}")
    let tried = try await zlab.run("nightly", path, "--dry-run")
    #expect(tried.code == 64, "\(tried.talk)")
    #expect(tried.talk.contains("sources[0].kernel: there is no kernel `nowhere`"), "\(tried.talk)")
  }

  @Test func `a night whose kernels cannot be had says so`() async throws {
    let path = try plan("{schema: zlab.plan/1, name: p, sources: [{kernel: nowhere}], scenarios: [nothing]}")
    let result = try await zlab.run("nightly", path)
    #expect(result.code == 69, "\(result.talk)")
    #expect(result.output.contains("there is no kernel `nowhere`"))
    let report = try await zlab.run("report", "night", "--format", "json")
    #expect(report.code == 69)
    #expect(report.output.contains("\"cannot-build\""))
  }

  @Test func `the mail goes through the command that the plan names, when there is something to tell`() async throws {
    let (script, inbox) = (zlab.home.appending(path: "sendmail"), zlab.home.appending(path: "inbox"))
    try Data("#!/bin/sh\nout=$1\nshift\n{ echo \"$*\"; cat; } >\"$out\"\n".utf8).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    func night(_ mail: String) async throws -> ZlabResult {
      let path = try plan(
        "{schema: zlab.plan/1, name: p, sources: [{kernel: nowhere}], scenarios: [nothing], "
          + "recipients: [list@example.org, a@example.org]\(mail)}")
      return try await zlab.run("nightly", path)
    }
    let command = "command: ['\(script.path)', '\(inbox.path)', -t, -i]"
    // Off unless asked for; and a kernel that cannot be had is trouble of the lab, no finding.
    for quiet in ["", ", mail: {\(command), when: failing}"] {
      #expect(try await night(quiet).code == 69)
      #expect(!FileManager.default.fileExists(atPath: inbox.path))
    }
    let told = try await night(", mail: {\(command), when: news}")
    #expect(told.code == 69 && told.talk.contains("sent the mail to list@example.org, a@example.org"))
    let lines = try String(contentsOf: inbox, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "-t -i" && lines.contains("To: list@example.org, a@example.org"))
    let end = try #require(lines.firstIndex(of: ""))
    #expect(lines[..<end].contains { $0.hasPrefix("Subject: [zlab] p: ") })
    #expect(lines[(end + 1)...].first == "Nothing new.")
    #expect(lines[end...].contains { $0.contains("there is no kernel `nowhere`") })
    // A mail that cannot be sent is told, and changes nothing else.
    let broken = try await night(", mail: {command: [/bin/false], when: always}")
    #expect(broken.code == 69 && broken.output.contains("there is no kernel"))
    #expect(broken.talk.contains("send the mail with /bin/false") && !broken.talk.contains("sent the mail"))
  }

  @Test func `a damaged database does not cost the night`() async throws {
    let file = zlab.home.appending(path: "zlab/results.sqlite")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(repeating: 1, count: 8192).write(to: file)
    let path = try plan("{schema: zlab.plan/1, name: p, sources: [{kernel: nowhere}], scenarios: [nothing]}")
    let result = try await zlab.run("nightly", path)
    #expect(result.talk.contains("set aside as"))
    #expect(try await zlab.run("report", "night").output.contains("nowhere"))
  }

  @Test func `the units are written, and say how to begin`() async throws {
    let path = try plan("{schema: zlab.plan/1, name: p, sources: [{release: trixie}], scenarios: [nothing]}")
    let units = zlab.home.appending(path: "units").path
    let result = try await zlab.run("nightly", "install", path, "--into", units, "--at", "01:15")
    #expect(result.code == 0, "\(result.talk)")
    #expect(result.output == "\(units)/zlab-p.service\n\(units)/zlab-p.timer\n")
    #expect(result.talk.contains("systemctl --user enable --now zlab-p.timer") || result.talk.contains("daemon-reload"))
    #expect(try String(contentsOfFile: "\(units)/zlab-p.service", encoding: .utf8).contains("\"nightly\" \"\(path)\""))
    #expect(try await zlab.run("nightly", "install", path, "--into", units, "--at", "25:00").code == 64)
  }

  @Test func `results move to another machine and are still there`() async throws {
    let path = try plan("{schema: zlab.plan/1, name: p, sources: [{kernel: nowhere}], scenarios: [nothing]}")
    _ = try await zlab.run("nightly", path)
    let export = zlab.home.appending(path: "all.jsonl").path
    #expect(try await zlab.run("db", "export", export).code == 0)
    let other = try ZlabFixture()
    #expect(
      try await other.run("db", "import", export).output.contains(
        "1 nights, 0 bisections, 0 patch tests and 0 sightings"))
    #expect(
      try await other.run("db", "import", export).output.contains(
        "0 nights, 0 bisections, 0 patch tests and 0 sightings"))
    #expect(try await other.run("report", "night").output.contains("nowhere"))
    #expect(try await other.run("db", "check").code == 0)
    #expect(try await other.run("db", "compact").code == 0)
    #expect(try await other.run("db", "import", path).code == 64)
  }
}
