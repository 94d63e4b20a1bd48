import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct NightFormatTests {
  @Test(.withValidators, arguments: NightSample.allCases)
  func `Jenkins' schema accepts the JUnit form`(sample: NightSample) throws {
    #expect(try Validators.junit(render(sample.report, as: .junit)) == "")
  }

  @Test(.withValidators, arguments: NightSample.allCases)
  func `KernelCI's schema accepts the KCIDB form, and its ids lead somewhere`(sample: NightSample) throws {
    #expect(try Validators.kcidb(render(sample.report, as: .kcidb)) == "")
  }

  @Test(
    .withValidators,
    arguments: [
      (NightSample.night, "passed: 4, failed: 3, skipped: 4", 1), (.quiet, "passed: 3", 0),
      (.hostile, "passed: 4, failed: 3, skipped: 4", 1), (.run, "passed: 1, failed: 1", 1),
      (.pruned, "passed: 1, failed: 1", 1),
    ])
  func `the kernel's parser reads the KTAP form, and counts as we do`(
    sample: NightSample, counts: String, status: Int32
  ) throws {
    let said = try Validators.kunit(render(sample.report, as: .ktap))
    #expect(said.output.contains(counts), "\(said.output)")
    #expect(!said.output.contains("errors:"), "\(said.output)")
    #expect(said.status == status)
  }

  @Test(.withValidators) func `a validator refuses what is wrong`() throws {
    #expect(try Validators.junit("<testsuites><testsuite/></testsuites>") != "")
    #expect(try Validators.kcidb(#"{"version":{"major":5},"tests":[{"id":"zlab:1","origin":"zlab"}]}"#) != "")
    #expect(try Validators.kunit("KTAP version 1\n1..2\nok 1 a\n").output.contains("errors: 1"))
  }

  @Test(arguments: NightSample.allCases) func `no format lets a guest's text act`(sample: NightSample) throws {
    // A mail about one signature is no form of a night; BugReportTests has it.
    for format in ReportFormat.allCases where format != .bug {
      let text = try render(sample.report, as: format)
      let (size, isWhole) = (text.utf8.count, text.hasSuffix("\n"))
      #expect(size < 300_000 && isWhole, "\(format)")
      // JSON escapes controls, and leaves the rest to who shows it.
      guard format != .json && format != .kcidb else { continue }
      let isTelling = text.unicodeScalars.contains {
        $0 != "\n" && [.control, .format].contains($0.properties.generalCategory)
      }
      #expect(!isTelling, "\(format)")
      guard format == .html || format == .junit else { continue }
      // A failed expectation prints what it names: not the whole text.
      let hasMarkup = text.contains("<script") || text.contains("]]>")
      #expect(!hasMarkup, "\(format)")
    }
  }

  @Test func `JSON is read back as it was`() throws {
    let text = try render(NightFixture.night, as: .json)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    #expect(try decoder.decode(NightReport.self, from: Data(text.utf8)) == NightFixture.night)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "zlab.night/1" && object["kind"] as? String == "night")
    let summary = try #require(object["summary"] as? [String: Any])
    #expect(summary["verdict"] as? String == "failing" && summary["cannot_build"] as? Int == 1)
    #expect(summary["unknown"] as? Int == 3 && summary["misses"] as? Int == 2)
  }

  @Test func `what broke something whole is told before another face of what was broken`() throws {
    var report = NightFixture.night
    var other = NightFixture.change(.new, "00000000000000dd", "A face of it", now: 3)
    #expect(other.facts.contains("first night of this cell"))
    other.failedBefore = true
    #expect(!other.facts.contains("first night of this cell"))
    report.changes.insert(other, at: 0)
    let lines = try render(report, as: .text).split(separator: "\n")
    #expect(lines[0].hasPrefix("NEW  WARNING in iommu_detach_group"))
    #expect(lines[1] == "1 new signature in cells that failed before: \(other.scenario) on 6.1")
    let subject = "Subject: [zlab] stable: NEW WARNING in iommu_detach_group\n"
    #expect(try render(report, as: .mail).contains(subject))
    report.changes.removeAll { $0.kind == .new && !$0.failedBefore }
    let mail = try render(report, as: .mail)
    #expect(mail.contains("Subject: [zlab] stable: 1 new signature in cells that failed before"), "\(mail)")
  }

  @Test func `the HTML form stands alone`() throws {
    let text = try render(NightFixture.night, as: .html)
    #expect(text.contains("<h1>NEW: WARNING in iommu_detach_group</h1>"))
    #expect(text.contains("default-src 'none'; style-src 'unsafe-inline'"))
    #expect(text.contains("prefers-color-scheme: dark"))
    for word in ["src=", "<link", "@import", "url(", " onload", "style=\""] { #expect(!text.contains(word)) }
    var linked = NightFixture.night
    linked.changes[2].known?.link = "javascript:alert(1)"
    #expect(!(try render(linked, as: .html)).contains("href=\"javascript"))
  }

  @Test func `JUnit keeps a scenario's name from night to night, and a miss is no failure`() throws {
    let text = try render(NightFixture.night, as: .junit)
    #expect(text.contains(#"<testcase name="vfio-detach-race delay=320" classname="zlab.6_1.lockdep" time="17.000">"#))
    #expect(text.contains(#"type="warning" message="NEW: WARNING in iommu_detach_group, 2 trials">"#))
    #expect(text.contains(#"<error type="build" message="build failed: kernel/sched/core.c:12: &#39;x&#39; undec"#))
    #expect(
      text.contains(#"<testcase name="hot-unplug""#) && text.contains(#"<skipped message="0 passed, 1 missed"/>"#))
    #expect(text.contains(#"failures="1" errors="1" time="34.000">"#))
  }

  @Test func `KCIDB tells misses from failures and blames the right one`() throws {
    let text = try render(NightFixture.night, as: .kcidb)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let tests = try #require(object["tests"] as? [[String: Any]])
    #expect(
      tests.map { $0["status"] as? String } == ["PASS", "FAIL", "FAIL", "MISS", "PASS", "PASS", "PASS", "SKIP", "MISS"])
    #expect(tests[0]["path"] as? String == "zlab.vfio-detach-race")
    let builds = try #require(object["builds"] as? [[String: Any]])
    #expect(builds.map { $0["status"] as? String } == ["PASS", "PASS", "FAIL", "PASS", "MISS"])
    let issues = try #require(object["issues"] as? [[String: Any]])
    #expect(issues.map { ($0["culprit"] as? [String: Bool])?["code"] } == [true, true, false])
    #expect((issues[2]["culprit"] as? [String: Bool])?["harness"] == true)
    let pattern = try #require(((issues[0]["misc"] as? [String: Any])?["patterns"] as? [String])?.first)
    let expression = try Regex(pattern)
    let other = "WARNING: CPU: 11 PID: 9 at drivers/iommu/iommu.c:2000 iommu_detach_group+0x72/0x88"
    #expect(other.contains(expression) && !other.replacing("iommu_", with: "kernfs_").contains(expression))
    #expect((object["incidents"] as? [[String: Any]])?.count == 5)
    let checkouts = try #require(object["checkouts"] as? [[String: Any]])
    #expect(checkouts.map { $0["patchset_hash"] as? String } == [String(repeating: "5e", count: 32), "", nil, "", nil])
  }

  @Test func `a night whose trials were taken out still has its numbers`() throws {
    let report = NightFixture.pruned
    #expect((report.tally.passes, report.tally.fails, report.tally.misses) == (4, 2, 1))
    #expect(report.tally.failing == 1 && report.tally.clean == 1)
    let text = try render(report, as: .text)
    #expect(text.contains("2 of 3 trials failed (pruned, except trials that are evidence), 1 missed"))
    #expect(try render(report, as: .ktap).contains("ok 2 slot-power-race on debian:trixie, stock\n"))
    #expect(try render(report, as: .junit).contains(#"failures="1" errors="0" time="29.750">"#))
    let kcidb = try render(report, as: .kcidb)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(kcidb.utf8)) as? [String: Any])
    let tests = try #require(object["tests"] as? [[String: Any]])
    #expect(tests.map { $0["status"] as? String } == ["FAIL", "FAIL", "PASS"])
  }
}

extension NightFixture {
  /// A single run of two trials.
  static var run: NightReport {
    var run = Run(
      id: "11112222", scenario: "slot-power-race", scenarioText: "",
      kernel: kernel("debian:bookworm", "6.1.0-50-s390x"),
      image: ImageRecord(id: "i", name: "mini", kernel: "aabb", size: 1, created: start), seed: 7,
      goal: RunGoal(trials: 2), parameters: [:], confidence: 0.95, started: start, command: "zlab run slot-power-race",
      folder: "/state/runs/11112222", host: [:])
    run.ended = start + 60
    var trials = (1...2).map { Trial(number: $0, seed: 1, started: start) }
    (trials[0].verdict, trials[1].verdict) = (.pass, .fail)
    trials[1].findings = [VerifyFixture.finding(bug)]
    return NightReport(run: run, state: .finished, trials: trials) { trial, _ in "line of trial \(trial.number)\n" }
  }
}
