import Foundation
import Model
import ResultStore
import Storage
import Testing

/// Sightings of collected logs, their counts and the corrections of their grouping.
@Suite final class FieldTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-field-\(UUID().uuidString)")
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  deinit { try? FileManager.default.removeItem(at: home) }

  private func sqlite(_ commands: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", folders.state.appending(path: "results.sqlite").path, commands]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  @Test func `the same report twice is one sighting`() throws {
    let store = try ResultStore(folders)
    let all = (0..<6).map { sighting($0, host: "h\($0 % 2)") }
    let first = try store.add(all)
    #expect((first.new, first.known, first.stored, first.repeated) == ([sigA], [], 6, 0))
    let again = try store.add(all)
    #expect((again.new, again.known, again.stored, again.repeated) == ([], [sigA], 0, 6))
    let group = try store.signatureGroup("aaaa")
    #expect((group.field, group.hosts, group.lab) == (6, 2, 0))
    #expect(try store.fieldHosts(of: [sigA]).map(\.sightings) == [3, 3])
    #expect(try store.fieldSightings(of: [sigA], limit: 9).count == 6)
    #expect(try store.fieldSightings(host: "h1", limit: 9).count == 3)
    #expect(try store.check().defects.isEmpty)
  }

  @Test func `a whole report takes the place of a cut one, in either order`() throws {
    var cut = sighting(1, host: "h", signature: sigB)
    cut.finding.truncated = true
    let whole = sighting(1, host: "h")
    var dumps: [[String]] = []
    for copies in [[cut, whole], [whole, cut]] {
      let place = Locations(environment: ["ZLAB_HOME": home.appending(path: "\(dumps.count)").path])
      let store = try ResultStore(place)
      for copy in copies { _ = try store.add([copy]) }
      #expect(try store.check().defects.isEmpty)
      dumps.append(try exported(store).dropFirst().map(\.self))
    }
    #expect(dumps[0] == dumps[1] && dumps[0].count == 1 && dumps[0][0].contains(sigA))
  }

  @Test func `a comparison is found by its id and its signatures, also after an import elsewhere`() throws {
    let store = try ResultStore(folders)
    var verify = comparison("c0ffee01", .notSeen)
    try store.put(verify)
    verify.judgement.verdict = .fixed
    try store.put(verify)
    try store.put(comparison("c0ffee02", .inconclusive))
    let other = try ResultStore(Locations(environment: ["ZLAB_HOME": home.appending(path: "other").path]))
    #expect(try takeIn(exported(store), other).verifies == 2)
    #expect(try takeIn(exported(store), other).verifies == 0)
    for store in [store, other] {
      #expect(try store.verify("c0ffee01") == verify && store.verify("deadbeef") == nil)
      #expect(throws: RequestError.self) { try store.verify("c0ffee") }
      #expect(try store.verifies(showing: sigA).map(\.id) == ["c0ffee01", "c0ffee02"])
      #expect(try store.verifies(limit: 9).count == 2 && store.verifies(showing: sigB).isEmpty)
      #expect(try store.check().defects.isEmpty)
    }
    // Another one of this id is not taken for it.
    verify.seed += 1
    try store.put(verify)
    #expect(try takeIn(exported(store), other).conflicts == ["the comparison c0ffee01"])
  }

  private func comparison(_ id: String, _ verdict: FixVerdict) -> VerifyResult {
    let started = Date(timeIntervalSince1970: 1_795_000_000)
    let kernel = KernelRecord(id: "k", name: "k", release: "6.1", origin: "", created: started)
    return VerifyResult(
      id: id, subject: VerifySubject(source: "s", patches: [], config: [], toolchain: "", scenario: "sc"),
      before: VerifySide(kernel: kernel), after: VerifySide(kernel: kernel),
      judgement: PatchTestResult(
        verdict: verdict, reason: .convinced, isFinal: true, pairs: 1, evidence: 1, error: 0.01, before: SideCounts(),
        after: SideCounts(),
        signatures: [
          SignatureComparison(
            signature: sigA, fate: .wentAway, isTargeted: true, before: 1, after: 0, isBeyondChance: false)
        ]), state: .finished, seed: 1, started: started, duration: 1, command: ["zlab"], host: [:])
  }

  @Test func `source lines stay with the clearest report, and another one is not given them`() throws {
    let store = try ResultStore(folders)
    _ = try store.add([sighting(1, host: "h")])
    var trace = try #require(try store.fieldTraces(of: [sigA]).first)
    #expect(trace.excerpt.isEmpty == false && trace.kernel.isEmpty == false)
    trace.finding.frames = [Frame(name: "f", offset: 1, source: "a.c:1")]
    try store.put(trace)
    #expect(try store.clearestFinding(of: [sigA])?.finding.frames.first?.source == "a.c:1")
    #expect(try store.fieldTraces(of: nil).count == 1 && store.fieldTraces(of: [sigB]).isEmpty)
    // A report that was replaced meanwhile has another key.
    trace = FieldTrace(
      signature: trace.signature, key: "0", finding: sighting(1, host: "h").finding, kernel: "", excerpt: "")
    try store.put(trace)
    #expect(try store.clearestFinding(of: [sigA])?.finding.frames.first?.source == "a.c:1")
  }

  @Test func `positions are stored with the sightings`() throws {
    let store = try ResultStore(folders)
    _ = try store.add([sighting(1)], [SourcePosition(source: "ssh:lpar1", position: "7")])
    #expect(try store.position(of: "ssh:lpar1") == "7")
    #expect(try store.positions(prefix: "ssh:") == ["ssh:lpar1": "7"])
    #expect(try store.position(of: "ssh:lpar2") == nil)
  }

  @Test func `merged signatures are one, also after an import elsewhere and for what comes later`() throws {
    let store = try ResultStore(folders)
    _ = try store.add([sighting(1), sighting(2, signature: sigB), sighting(3, signature: sigB)])
    try store.merge([sigB], into: sigA)
    #expect(try store.signatureGroups(limit: 9).groups.map(\.field) == [3])
    #expect(try store.signatureGroup("bbbb").signature == sigA)
    #expect(try store.add([sighting(4, signature: sigB)]).new.isEmpty)
    let other = try ResultStore(Locations(environment: ["ZLAB_HOME": home.appending(path: "other").path]))
    let lines = try exported(store)
    #expect(try takeIn(lines, other).sightings == 4)
    #expect(try takeIn(lines, other).sightings == 0)
    #expect(try other.signatureGroups(limit: 9).groups.map(\.field) == [4])
    #expect(try store.unmerge(sigB) && !store.unmerge(sigB))
    #expect(try store.signatureGroups(limit: 9).groups.map(\.field).sorted() == [1, 3])
  }

  @Test func `a split takes the sightings with a text, and those that come later`() throws {
    let store = try ResultStore(folders)
    _ = try store.add((0..<6).map { sighting($0, excerpt: $0 < 2 ? "in vfio_ioctl" : "in nvme_reset") })
    let moved = try store.split(sigA, having: "vfio", into: sigB) { _ in sighting(0).finding }
    #expect(moved == 2)
    #expect(try store.signatureGroup(sigB).title == "WARNING in f (with vfio)")
    _ = try store.add([sighting(7, excerpt: "in vfio_ioctl"), sighting(0, excerpt: "in vfio_ioctl")])
    #expect(try store.signatureGroups(limit: 9).groups.map(\.field).sorted() == [3, 4])
    #expect(try store.clearestFinding(of: [sigA])?.finding.title == "WARNING in f")
    #expect(try store.check().defects.isEmpty)
    let other = try ResultStore(Locations(environment: ["ZLAB_HOME": home.appending(path: "other").path]))
    _ = try takeIn(exported(store), other)
    #expect(
      try other.signatureGroups(limit: 9).groups.map(\.title).sorted() == ["WARNING in f", "WARNING in f (with vfio)"])
    #expect(try other.check().defects.isEmpty)
  }

  @Test func `filters select by time, kernel, host, kind and text`() throws {
    let store = try ResultStore(folders)
    let day = Date(timeIntervalSince1970: 1_790_000_000)
    _ = try store.add([sighting(1, host: "h1", kernel: "6.1.5")], now: day)
    _ = try store.add([sighting(2, host: "h2", kernel: "6.12.5", signature: sigB)], now: day + 86_400)
    func found(_ change: (inout SignatureFilter) -> Void) throws -> [String] {
      var filter = SignatureFilter()
      change(&filter)
      return try store.signatureGroups(filter, limit: 9).groups.map(\.signature).sorted()
    }
    #expect(try found { _ in } == [sigA, sigB])
    #expect(try found { $0.newSince = day + 1 } == [sigB])
    #expect(try found { $0.kernel = "6.1" } == [sigA])
    #expect(try found { $0.kernel = "6.12.5" } == [sigB])
    #expect(try found { $0.host = "h2" } == [sigB])
    #expect(try found { $0.kind = "warning" } == [sigA, sigB])
    #expect(try found { $0.text = "bbbb" } == [sigB])
    #expect(try found { $0.text = "100%_" } == [])
    #expect(try found { $0.inLab = true } == [])
    #expect(throws: RequestError.self) { try store.signatureGroup("cccc") }
  }

  @Test func `damaged rows are found and taken out, and the counts follow`() throws {
    let store = try ResultStore(folders)
    _ = try store.add((0..<4).map { sighting($0) })
    try sqlite(
      "PRAGMA foreign_keys = OFF; UPDATE field_sighting SET seen = 'soon' WHERE id = 2; UPDATE field_host SET sightings = 9"
    )
    #expect(try store.fieldSightings(limit: 9).count == 3)
    let check = try store.check()
    #expect(check.damaged == 1 && check.defects.count >= 2, "\(check.defects)")
    #expect(try store.repair().removed.count == 1)
    #expect(try store.check().defects.isEmpty)
    #expect(try store.signatureGroups(limit: 9).groups.map(\.field) == [3])
  }

  @Test func `weeks begin on Monday and the newest is the last`() throws {
    let store = try ResultStore(folders)
    // Sunday 2026-11-22 23:59:59 and Monday 00:00, UTC.
    let monday = Date(timeIntervalSince1970: 1_795_392_000)
    _ = try store.add([sighting(1, seen: monday - 1), sighting(2, seen: monday), sighting(3, seen: monday + 3)])
    let weeks = try #require(try store.signatureGroups(limit: 1, now: monday + 60).groups.first).weeks
    #expect(weeks.suffix(2) == [1, 2] && weeks.count == 12)
    #expect(try store.check().defects.isEmpty)
  }
}

private let sigA = "aaaaaaaaaaaaaaaa"
private let sigB = "bbbbbbbbbbbbbbbb"

private func sighting(
  _ number: Int, host: String = "h", kernel: String = "6.1.0", signature: String = sigA, excerpt: String = "text",
  seen: Date? = nil
) -> FieldSighting {
  let key = String(number, radix: 16)
  return FieldSighting(
    key: String(repeating: "0", count: 32 - key.count) + key,
    finding: Finding(
      kind: .warning, title: "WARNING in f", function: "f", message: "m", firstLine: 1, lastLine: 2,
      signature: signature),
    host: host, kernel: kernel, boot: "", seen: seen ?? Date(timeIntervalSince1970: 1_790_000_000 + Double(number)),
    origin: "log", excerpt: excerpt)
}
