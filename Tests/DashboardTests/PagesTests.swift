import Dashboard
import Foundation
import Model
import Nightly
import ResultStore
import Storage
import TestSupport
import Testing

@Suite struct PagesTests {
  private static let paths = [
    "/", "/night/b0000090", "/run/\(PageFixture.run)", "/run/\(PageFixture.run)/trial/3", "/signatures",
    "/signature/\(PageFixture.bug)", "/scenarios", "/scenario/vfio-detach-race", "/kernels", "/kernel/abababab",
    "/bisects", "/verifies", "/verify/c0ffee", "/compare",
  ]
  private let fixture: PageFixture
  private let pages: Pages

  init() throws {
    fixture = try PageFixture()
    let store = fixture.store
    pages = try Pages(store, fixture.folders, report: { try nightReport($0, store: store) })
  }

  @Test func `pages change only on purpose`() throws {
    var names: [String] = []
    for path in Self.paths + ["/night/b0000030", "/night/b0000060", "/compare?one=a00000b0&other=a00000a0", "/nowhere"]
    {
      let parts = path.split(separator: "?")
      let query = parts.count < 2 ? [:] : ["one": PageFixture.run, "other": "a00000a0"]
      let name = path.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "-" }).joined(separator: "-")
      names.append("pages/\(name.isEmpty ? "overview" : name).html")
      // The console's end is 2,000 lines, and no words of ours.
      let body = pages.reply(to: String(parts[0]), query: query).body
        .replacing(/(?s)(<pre class="log">.{400}).*?<\/pre>/) { "\($0.1)...\n</pre>" }
      let difference = try snapshotDifference(body, names.last ?? "")
      #expect(difference == nil, "\(difference ?? "")")
    }
    #expect(staleSnapshots(in: "pages", except: names).isEmpty)
  }

  @Test func `every page is there, and nothing of a guest's is markup in it`() {
    for path in Self.paths {
      let reply = pages.reply(to: path)
      #expect(reply.status == 200 && reply.type == "text/html; charset=utf-8", "\(path)")
      #expect(reply.body.hasPrefix("<!DOCTYPE html>") && reply.body.hasSuffix("</html>\n"), "\(path)")
      for bad in ["<script>", "<img", "\u{1b}", "\u{7}", " onerror=\"", "style=\"", "{{"] {
        let isThere = reply.body.contains(bad)
        #expect(!isThere, "\(path) has \(bad)")
      }
      let (opened, closed) = (
        reply.body.matches(of: /<(table|div|p|ul|pre|main|svg|dl)\b/),
        reply.body.matches(of: /<\/(table|div|p|ul|pre|main|svg|dl)>/)
      )
      #expect(opened.count == closed.count, "\(path)")
    }
  }

  @Test func `a tested patch tells both rates and leads to its signature and runs, which lead back`() {
    let body = pages.reply(to: "/verify/c0ffee01").body
    #expect(body.contains(#"<span class="tag good">fixed</span>"#) && body.contains("12 of 20 trials"))
    #expect(body.contains("none of 40 trials") && body.contains("missed: 0 before, 1 after"))
    #expect(body.contains(#"<a href="/signature/\#(PageFixture.bug)">"#) && body.contains(#"<a href="/run/a0000001">"#))
    #expect(pages.reply(to: "/verifies").body.contains(#"<a href="/verify/c0ffee01">"#))
    #expect(pages.reply(to: "/signature/\(PageFixture.bug)").body.contains("12 of 20 trials before, 0 of 40 after"))
    #expect(pages.reply(to: "/verify/c0f").status == 404 && pages.reply(to: "/verify/deadbeef").status == 404)
    for (path, schema) in [("/verifies", "zlab.verifies/1"), ("/verify/c0ffee01", "zlab.verify/2")] {
      let reply = pages.reply(to: path, query: ["format": "json"])
      #expect(reply.type == "application/json" && reply.body.contains("\"\(schema)\""))
    }
  }

  @Test func `the overview leads to what runs, to nights and to runs`() {
    let body = pages.reply(to: "/").body
    #expect(body.contains(#"data-run="a00000b1""#) && body.contains(#"<a href="/night/b0000090">"#))
    #expect(body.contains(#"<a href="/run/a00000b0">"#) && body.contains(#"<span class="tag bad">failing</span>"#))
  }

  @Test func `a night tells apart what is new, what is known, what is known no more and what the lab missed`() {
    let fresh = pages.reply(to: "/night/b0000030").body
    #expect(fresh.contains("<h2>New</h2>") && !fresh.contains("<h2>Nothing new</h2>"))
    #expect(fresh.contains(#"<span class="tag bad">NEW</span>"#))
    #expect(fresh.contains("<h2>Infrastructure errors (not kernel failures)</h2>"))
    #expect(fresh.contains(#"<li>1 &times; QEMU ended: &lt;script&gt;"#))
    #expect(fresh.contains("bisected to c0ffee"))
    #expect(fresh.components(separatedBy: "1 cell: ").count == 2)
    let known = pages.reply(to: "/night/b0000060").body
    #expect(known.contains("<h2>Known issues</h2>") && known.contains("<h2>Nothing new</h2>"))
    #expect(known.contains("known: not ours &lt;b&gt;") && known.contains("; until 2027-01-31<br>"))
    // A link that a browser would carry out is text.
    #expect(known.contains("<br>javascript:alert(1)</td>") && !known.contains("href=\"javascript"))
    let expired = pages.reply(to: "/night/b0000090").body
    #expect(expired.contains("<h2>Known issue, entry expired</h2>"))
    #expect(expired.contains(#"<span class="tag doubt">EXPIRED</span>"#))
    #expect(expired.contains(#"<a href="https://bugs.example/1" rel="noreferrer">"#))
    #expect(expired.contains("first known bad kernel: debian:bookworm, 6.1.0-50-s390x, on 2026-11-"))
    let quiet = pages.reply(to: "/night/b0000031").body
    #expect(quiet.contains("<h2>Nothing new</h2>") && !quiet.contains("<th>Finding</th>"))
  }

  @Test func `a log's findings are marked and can be linked, line by line`() {
    let body = pages.reply(to: "/run/\(PageFixture.run)/trial/3").body
    #expect(body.contains(##"<span id="L123" class="hit"><a href="#L123">123</a> [    1.123] WARNING"##))
    #expect(body.contains(##"<span id="L122"><a href="#L122">122</a>"##))
    #expect(body.contains("&lt;script&gt;document.title") && body.contains("\\u{1b}]0;owned\\u{7}"))
    #expect(body.contains("[and 10483760 bytes more]") && body.contains("Lines 1 to 1000 of 2143."))
    #expect(body.utf8.count < 200_000)
    #expect(body.contains(#"href="?from=1001#log" rel="next""#))
    let next = pages.reply(to: "/run/\(PageFixture.run)/trial/3", query: ["from": "2143"]).body
    #expect(next.contains(##"<span id="L2143"><a href="#L2143">2143</a> no newline</span></pre>"##))
    #expect(!next.contains("rel=\"next\"") && next.contains("?from=1143#log"))
  }

  @Test func `a schedule is drawn on the pages of its run and of a trial, with words for who cannot see it`() {
    let run = pages.reply(to: "/run/\(PageFixture.run)").body
    #expect(run.contains("<li>any task at s390_iommu_release_device waits: reached in 19 of 19 trials</li>"))
    #expect(run.contains("never reached</li>") && run.contains(#"<svg class="course""#))
    #expect(run.contains("0: vCPU 0 pauses. 842: vCPU 1 enters s390_iommu_release_device."))
    let trial = pages.reply(to: "/run/\(PageFixture.run)/trial/\(PageFixture.trial)").body
    #expect(trial.contains("0: vCPU 1 pauses at s390_iommu_release_device. 1500: vCPU 0 comes to &lt;script&gt;"))
    #expect(!pages.reply(to: "/run/a00000a0").body.contains("<svg class=\"course\""))
  }

  @Test func `a path that names nothing in the database finds nothing`() {
    let paths = [
      "/run/..", "/run/../../etc/passwd", "/run/%2e%2e/trial/1", "/run/%2e%2e%2f%2e%2e%2fetc/trial/1",
      "/run/a00000b0%00",
      "/run/a00000b0/trial/-1", "/run/a00000b0/trial/0", "/run/a00000b0/trial/21", "/run/a00000b0/trial/1e3",
      "/run/a00000b0/trial/99999999999999999999", "/run/zz/trial/1", "/signature/%25", "/night/____",
      "/scenario/%3Cscript%3E",
      "/static/x", "/run", "/%ff", "/run/a00000b0/trial/3/console.txt", "/run/a00000a0/trial/1/console.log",
      "/kernel/ab", "/kernel/%25%25%25%25", "/run/a000",
    ]
    for path in paths {
      let reply = pages.reply(to: path)
      #expect(reply.status == 404, "\(path)")
      #expect(!reply.body.contains("<script>"))
    }
  }

  @Test func `a log can be had as the guest wrote it`() throws {
    let reply = pages.reply(to: "/run/\(PageFixture.run)/trial/3/console.log")
    #expect(reply.status == 200 && reply.type == "application/octet-stream")
    let log = fixture.folders.run(PageFixture.run).appending(path: "trial-0003/console.log")
    let bytes = Array(try Data(contentsOf: log))
    let isWhole = reply.data == bytes
    #expect(isWhole && bytes.count > 10_000_000)
    #expect(pages.reply(to: "/run/\(PageFixture.run)/trial/3").body.contains(#"/trial/3/console.log" download>"#))
  }

  @Test func `first letters of an id are enough where they are one run's`() throws {
    var run = try #require(try fixture.store.knownRun(PageFixture.run))
    run.id = "f1234567"
    try fixture.store.add(run)
    try fixture.store.add(Trial(number: 1, seed: 1, started: PageFixture.start), to: run.id)
    #expect(pages.reply(to: "/run/f123").body == pages.reply(to: "/run/f1234567").body)
    #expect(pages.reply(to: "/run/f123/trial/1").status == 200 && pages.reply(to: "/run/f12").status == 404)
    // a00000b0 and a00000b1 begin with the same seven.
    #expect(pages.reply(to: "/run/\(PageFixture.run.prefix(7))").status == 404)
  }

  @Test func `a kernel's page has its runs and what they show`() throws {
    let body = pages.reply(to: "/kernel/abababab").body
    #expect(body.contains("debian:bookworm") && body.contains(#"<a href="/signature/\#(PageFixture.bug)">"#))
    #expect(body.contains(#"<a href="/run/a00000a0">"#) && !body.contains(#"<a href="/run/a00000a1">"#))
    let list = pages.reply(to: "/kernels").body
    #expect(list.contains("6.12.107+deb13-s390x") && list.contains(#"<a href="/kernel/cdcdcdcd"#))
  }

  @Test func `every page with results has a JSON form`() throws {
    let paths = Self.paths.filter { $0 != "/compare" } + ["/field"]
    for path in paths {
      let reply = pages.reply(to: path, query: ["format": "json"])
      #expect(reply.status == 200 && reply.type == "application/json", "\(path)")
      let value = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any]
      #expect((value?["schema"] as? String)?.hasPrefix("zlab.") == true, "\(path)")
    }
    let overview = pages.reply(to: "/", query: ["format": "json"]).body
    #expect(overview.contains(#""verdict" : "failing""#) && overview.contains(#""kernel_id" : "abab"#))
  }

  @Test func `a log lies below our own folder, whatever a record says`() throws {
    // The fixture's runs say /etc, as an imported one may.
    #expect(pages.reply(to: "/run/a00000a0/trial/1").body.contains("The log cannot be read: No such file"))
    let folder = fixture.folders.runs.appending(path: "a00000a0/trial-0001")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let log = folder.appending(path: "console.log")
    try FileManager.default.createSymbolicLink(atPath: log.path, withDestinationPath: "/etc/passwd")
    let body = pages.reply(to: "/run/a00000a0/trial/1").body
    #expect(body.contains("The log cannot be read") && !body.contains("root:"))
  }

  @Test func `a number that is none is no harm`() {
    for text in ["-1", "0", "x", "9223372036854775807", "99999999999999999999"] {
      for path in ["/run/\(PageFixture.run)/trial/3", "/run/\(PageFixture.run)"] {
        #expect(pages.reply(to: path, query: ["from": text, "page": text]).status == 200, "\(path) \(text)")
      }
    }
  }

  @Test func `a scenario's history is drawn with its intervals, and every mark leads to its run`() {
    let body = pages.reply(to: "/scenario/vfio-detach-race").body
    #expect(body.matches(of: /<a href="\/run\/[0-9a-f]{8}" aria-label="/).count == 48)
    #expect(body.contains(#"<rect class="heat" fill-opacity="0."#))
    #expect(body.contains("2026-11-29, 6.1.0-50-s390x: 10 of 19 failed, 28.9 % to 75.6 %"))
  }

  @Test func `a signature's page has every sighting and the first bad kernel`() {
    let body = pages.reply(to: "/signature/0123").body
    #expect(body.contains("<li>6.1: debian:bookworm 6.1.0-50-s390x"))
    #expect(body.matches(of: /<td><a href="\/run\/[0-9a-f]{8}\/trial\//).count == 10)
    #expect(body.contains(#"bisected to c0ffee (&quot;iommu: &lt;script&gt;"#) && body.contains("confidence 97 %"))
    #expect(body.contains("by A &lt;a@b.example&gt;"))
    #expect(body.contains("Call Trace:\n iommu_detach_group+0x6a\n"))
  }

  @Test func `two runs are compared`() {
    let body = pages.reply(to: "/compare", query: ["one": "a0000000", "other": PageFixture.run]).body
    #expect(body.contains(" if both have the same failure rate (Fisher&#39;s exact test)."))
    #expect(body.contains("only in the second") && body.contains("<td class=\"number\">10</td>"))
    #expect(pages.reply(to: "/compare", query: ["one": "a0", "other": "<b>"]).status == 404)
  }

  @Test func `what runs is told in JSON`() throws {
    let told = try JSONSerialization.jsonObject(with: Data(pages.progress().utf8)) as? [[String: Any]]
    #expect(told?.count == 1 && told?.first?["id"] as? String == "a00000b1" && told?.first?["passes"] as? Int == 19)
  }
}
