import Collect
import Foundation
import Model
import ResultStore
import Storage
import Testing

/// Logs in files, folders and containers, through the collector into the database.
@Suite final class CollectTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-collect-\(UUID().uuidString)")
  var logs: URL { home.appending(path: "logs") }

  deinit { try? FileManager.default.removeItem(at: home) }

  private func store(_ name: String = "home") throws -> ResultStore {
    try ResultStore(Locations(environment: ["ZLAB_HOME": home.appending(path: name).path]))
  }

  @discardableResult
  private func write(_ path: String, _ text: String) throws -> String {
    let file = logs.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private func run(_ words: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private func collect(_ store: ResultStore, again: Bool = false) async throws -> CollectSummary {
    try await Collector(store, jobs: 2).collect(LogFile.find([logs.path], host: nil), again: again)
  }

  @Test func `each report is stored once with its host, kernel and text`() async throws {
    try write("lpar1/console.log", banner() + noise(50) + report(1, at: 20) + noise(50, from: 21) + report(2, at: 30))
    try write("lpar2/console.log", banner("6.12.5") + report(1, at: 22, kernel: "6.12.5"))
    let store = try store()
    let first = try await collect(store)
    #expect((first.new.count, first.known.count, first.sightings, first.sources) == (2, 0, 3, 2))
    let again = try await collect(store)
    #expect((again.new.count, again.sightings, again.unchanged, again.sources) == (0, 0, 2, 0))
    let forced = try await collect(store, again: true)
    #expect((forced.new.count, forced.known.count, forced.sightings, forced.repeated) == (0, 2, 0, 3))
    let seen = try store.fieldSightings(limit: 9)
    #expect(
      seen.map { "\($0.host) \($0.kernel)" }.sorted() == [
        "lpar1 6.1.0-50-s390x", "lpar1 6.1.0-50-s390x", "lpar2 6.12.5",
      ])
    let newest = try #require(seen.first { $0.host == "lpar2" })
    let excerpt = try #require(try store.excerpt(ofSighting: newest.id))
    #expect(excerpt.hasPrefix("[   22.000003] WARNING: CPU: 0") || excerpt.hasPrefix("[   22.000000] ------------"))
    #expect(excerpt.contains("test_ioctl+0x148/0x330") && excerpt.utf8.count <= FieldSighting.excerptLimit)
    let trace = try #require(try store.clearestFinding(of: [newest.signature]))
    #expect(trace.finding.frames.map(\.name).contains("test_ioctl"))
    #expect(try store.check().defects.isEmpty)
  }

  @Test func `the same log in other containers and with more lines in front adds nothing`() async throws {
    let text = banner() + noise(20) + report(1, at: 20) + noise(5, from: 30)
    let store = try store()
    try write("h/console.log", text)
    #expect(try await collect(store).sightings == 1)
    try run("gzip", "-k", logs.path + "/h/console.log")
    try run("xz", "-k", logs.path + "/h/console.log")
    try write("h/syslog", text.split(separator: "\n").map { "Nov  3 10:00:00 h kernel: \($0)\n" }.joined())
    try write("h/levels", text.split(separator: "\n").map { "<4>\($0)\n" }.joined())
    try write("h/grown", text + report(1, at: 50))
    let more = try await collect(store)
    #expect((more.sightings, more.repeated, more.new.count) == (1, 5, 0))
    #expect(try store.fieldSightings(limit: 9).count == 2)
  }

  @Test func `a report that was cut is replaced when it is whole`() async throws {
    let text = banner() + report(1, at: 20)
    let store = try store()
    try write("h/console.log", String(text.prefix(text.count * 2 / 3)))
    #expect(try await collect(store).sightings == 1)
    try write("h/console.log", text + noise(3, from: 40))
    _ = try await collect(store)
    #expect(try store.fieldSightings(limit: 9).count == 1)
    #expect(try store.excerpt(ofSighting: store.fieldSightings(limit: 1)[0].id)?.contains("end trace") == true)
    #expect(try store.check().defects.isEmpty)
  }

  @Test func `equal reports without a stamp count as often as a log has them`() async throws {
    let store = try store()
    try write("h/plain.log", "Linux version 6.1.0 (gcc) #1\n" + report(1, at: nil) + report(1, at: nil))
    #expect(try await collect(store).sightings == 2)
    #expect(try await collect(store, again: true).sightings == 0)
  }

  @Test func `what is left out, cannot be read or is hostile holds up nothing`() async throws {
    try write("good/console.log", banner() + report(1))
    try write(".hidden/console.log", banner() + report(2))
    try write("mail/tmp/1", banner() + report(3))
    try write("mail/cur/1", banner() + report(4))
    try write("mail/new/1", "")
    try write("bad/zeros", String(repeating: "\0", count: 100_000))
    try write("bad/long", String(repeating: "x", count: 3_000_000))
    try write("bad/broken.gz", "\u{1f}\u{8b}\u{8}not at all")
    try FileManager.default.createSymbolicLink(atPath: logs.path + "/loop", withDestinationPath: logs.path)
    try run("mkfifo", logs.path + "/fifo")
    let summary = try await collect(try store())
    #expect(summary.new.count == 2 && summary.failures.isEmpty)
    #expect(throws: RequestError.self) { try LogFile.find([logs.path + "/none"], host: nil) }
  }

  @Test func `a log full of reports is capped`() async throws {
    try write("h/storm", banner() + (0..<200).map { report($0 % 3, at: 20 + Double($0)) }.joined())
    let store = try store()
    let summary = try await collect(store)
    #expect((summary.sightings, summary.new.count) == (200, 3))
  }

  @Test func `pieces of pstore are one log, and kdump's core is not read`() async throws {
    let lines = report(5, at: 9).split(separator: "\n")
    let half = lines.count / 2
    try write("pstore/dmesg-erst-2", "Panic#1 Part1\n" + lines[half...].joined(separator: "\n") + "\n")
    try write("pstore/dmesg-erst-1", "Panic#1 Part2\n" + lines[..<half].joined(separator: "\n") + "\n")
    try write("crash/202611280000/dmesg.202611280000", banner() + report(6))
    try write("crash/202611280000/dump.202611280000", banner() + report(7))
    let store = try store()
    let collector = Collector(store)
    let pstore = LogFile.pstore([logs.path + "/pstore"], host: "here")
    #expect(pstore.count == 1)
    #expect(try await collector.collect(pstore).sightings == 1)
    let kdump = try await collector.collect(LogFile.kdump(logs.path + "/crash", host: "here"))
    #expect((kdump.sightings, kdump.sources) == (1, 1))
    #expect(try store.fieldSightings(host: "here", limit: 9).count == 2)
  }

  @Test func `excerpts of KCIDB have their test's host and kernel`() async throws {
    let object: [String: Any] = [
      "version": ["major": 5, "minor": 3],
      "checkouts": [["id": "c", "origin": "o", "git_commit_name": "v6.12-rc3"]],
      "builds": [["id": "b", "origin": "o", "checkout_id": "c"]],
      "tests": [
        [
          "id": "o:1", "origin": "o", "build_id": "b", "start_time": "2026-03-02T10:00:00+00:00",
          "log_excerpt": report(1), "environment": ["comment": "z16"],
        ], ["id": "o:2", "origin": "o", "build_id": "b"],
      ],
    ]
    try write("results.json", String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self))
    let store = try store()
    #expect(try await collect(store).sightings == 1)
    let seen = try #require(try store.fieldSightings(limit: 1).first)
    #expect(seen.host == "z16" && seen.origin.hasSuffix("results.json#o:1"))
    #expect(seen.seen == (try Date("2026-03-02T10:00:00Z", strategy: .iso8601)))
  }

  @Test func `the order in which logs are read does not matter`() async throws {
    for number in 0..<12 {
      try write("h\(number % 3)/\(number).log", banner() + noise(9) + report(number % 4, at: 20 + Double(number % 6)))
    }
    let one = try store("one")
    _ = try await collect(one)
    let other = try store("other")
    for file in try LogFile.find([logs.path], host: nil).reversed() {
      _ = try await Collector(other, jobs: 1).collect([file])
    }
    #expect(try dump(one) == dump(other))
  }

  private func dump(_ store: ResultStore) throws -> [String] {
    var lines: [String] = []
    try store.export { lines.append(String(decoding: $0, as: UTF8.self)) }
    return Array(lines.dropFirst())
  }
}
