import Foundation
import Model
import PatchMail
import Testing

/// One file: expected `key: value` lines, a blank line, and an input with what must come out of it.
struct Fixture: CustomStringConvertible, Sendable {
  var name: String
  var expected: [String]
  var input: [UInt8]

  var description: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  // A key that no code reads would be an expectation that nothing checks.
  static let keys: Set<String> = [
    "subject", "author", "date", "message-id", "message-lines", "version", "total", "missing", "confidence",
    "ignore-whitespace", "depth", "file", "change", "digest", "repair", "note", "error", "applies",
  ]

  static let all: [Fixture] = {
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "txt" }.sorted { $0.path < $1.path }.compactMap { Fixture(at: $0) }
  }()

  private init?(at file: URL) {
    guard let data = try? Data(contentsOf: file) else { return nil }
    let bytes = [UInt8](data)
    let end = bytes.indices.dropLast().first { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A } ?? 0
    name = file.lastPathComponent
    expected = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
    input = Array(bytes[min(end + 2, bytes.count)...])
  }

  func record(_ lines: [String]) throws {
    let head = lines.joined(separator: "\n") + "\n\n"
    try (Data(head.utf8) + Data(input)).write(to: Self.folder.appending(path: name))
  }
}

/// Statement of a fixture's head about an input.
struct Outcome {
  private(set) var lines: [String] = []

  init(_ input: [UInt8]) {
    do throws(RequestError) {
      let series = try PatchMail.read(input, name: "MAIL")
      describe(series)
    } catch {
      add("error", error.problem)
    }
  }

  private mutating func add(_ key: String, _ value: String) { lines.append("\(key): \(value)") }

  private mutating func describe(_ series: PatchSeries) {
    for patch in series.patches { describe(patch) }
    add("version", "\(series.version)")
    if let total = series.total { add("total", "\(total)") }
    if !series.missing.isEmpty { add("missing", series.missing.map(String.init).joined(separator: " ")) }
    add("confidence", series.confidence.rawValue)
    add("ignore-whitespace", series.needsWhitespaceIgnored ? "yes" : "no")
    for note in series.notes { add("note", note) }
    if let verdict = FakeTree.verdict(on: series) { add("applies", verdict) }
  }

  private mutating func describe(_ patch: MailedPatch) {
    add("subject", patch.subject)
    if let author = patch.author { add("author", author) }
    if let date = patch.date { add("date", date) }
    if let messageID = patch.messageID { add("message-id", messageID) }
    add("message-lines", "\(patch.message.split(separator: "\n", omittingEmptySubsequences: false).count - 1)")
    add("depth", "\(patch.quoteDepth)")
    for file in patch.files { add("file", "\(file.path), \(file.hunks.count) hunks") }
    let lines = patch.files.flatMap(\.hunks).flatMap(\.lines)
    let counts = HunkLineKind.allCases.map { kind in lines.count { $0.kind == kind } }
    add("change", "\(counts[0]) kept, \(counts[1]) added, \(counts[2]) removed")
    add("digest", Self.digest(patch.diff))
    for repair in patch.repairs { add("repair", "\(repair.kind.rawValue), \(repair)") }
  }

  // FNV-1a over all but blanks: two damaged forms of one patch must give one digest.
  private static func digest(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes where ![0x20, 0x09, 0x0D, 0x0A].contains(byte) {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return String(hash, radix: 16)
  }
}

@Suite struct FixtureTests {
  private static let records = ProcessInfo.processInfo.environment["ZLAB_RECORD_FIXTURES"] != nil

  @Test func `there are fixtures`() {
    #expect(Fixture.all.count >= 20)
  }

  @Test(arguments: Fixture.all) func `a mail gives what its fixture says`(_ fixture: Fixture) throws {
    let outcome = Outcome(fixture.input)
    for line in fixture.expected {
      #expect(Fixture.keys.contains(String(line.prefix { $0 != ":" })), "unknown header: \(line)")
    }
    // Without git nothing can be said about applying.
    let expected = FakeTree.hasGit ? fixture.expected : fixture.expected.filter { !$0.hasPrefix("applies:") }
    if Self.records, outcome.lines != expected {
      try fixture.record(outcome.lines)
      Issue.record("\(fixture.name) was recorded anew; read the difference before you keep it")
      return
    }
    #expect(outcome.lines == expected)
  }

  @Test(arguments: Fixture.all) func `what is printed reads back as the same patch`(_ fixture: Fixture) throws {
    guard let series = try? PatchMail.read(fixture.input, name: "MAIL") else { return }
    for patch in series.patches {
      let again = try PatchMail.read(Array(patch.text.utf8), name: "MAIL").patches
      #expect(again.count == 1)
      // The text is UTF-8, which not every file is.
      if String(validating: patch.diff, as: UTF8.self) != nil { #expect(again.first?.diff == patch.diff) }
      #expect(again.first?.message == patch.message)
      #expect(again.first?.author == patch.author)
    }
  }
}
