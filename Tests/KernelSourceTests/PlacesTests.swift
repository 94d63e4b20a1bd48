import Foundation
import PatchMail
import Testing

@testable import KernelSource

/// git is asked whether it finds the same places, for it alone decides what applies.
@Suite struct PlacesTests {
  private static let rounds = Int(ProcessInfo.processInfo.environment["ZLAB_PLACES_ROUNDS"] ?? "") ?? 60

  @Test(arguments: [LineMatching.exact, .ignoringWhitespace])
  func `hunks are placed where git places them`(_ matching: LineMatching) async throws {
    let fixture = try PatchFixture()
    let bench = try Workbench(for: fixture.tree)
    defer { bench.remove() }
    let git = try await Git("git", in: bench.root, objects: nil)
    var fits = 0
    for round in 0..<Self.rounds {
      var made = MadeUpPatch(seed: UInt64(round) + (matching == .exact ? 0 : 1 << 32))
      let (text, patch) = try made.next(damaging: matching == .ignoringWhitespace)
      try bench.put(Array(text.utf8), mode: 0o644, at: "f", in: bench.files)
      let places = try #require(try Places(patch, on: bench, matching).files[0])
      let outcome = try await git.apply(
        patch.diff, in: bench.files, ignoringWhitespace: matching == .ignoringWhitespace)
      let diff = String(decoding: patch.diff, as: UTF8.self)
      #expect(places.allSatisfy(\.fits) == (outcome == .applied), "round \(round):\n\(text)\n\(diff)")
      guard outcome == .applied, places.allSatisfy(\.fits) else { continue }
      fits += 1
      let result = try #require(try bench.bytes("f", in: bench.files))
      let ours = MadeUpPatch.result(of: patch.files[0], at: places, in: text)
      // git keeps the file's own white space in context lines, and joins what is added below an unended line.
      guard matching == .exact, text.hasSuffix("\n") else { continue }
      #expect(String(decoding: result, as: UTF8.self) == ours, "round \(round):\n\(text)\n\(diff)")
    }
    // Else nothing would have been compared.
    #expect(fits * 5 > Self.rounds)
    #expect(fits < Self.rounds)
  }
}

/// Small files full of repetitions, and patches that nearly fit them.
private struct MadeUpPatch {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func random(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(count))
  }

  private mutating func line() -> String { ["", "}", "\treturn;", "a b", "\tx = 1;", "\tif (y)", "z"][random(7)] }

  mutating func next(damaging: Bool) throws -> (text: String, patch: MailedPatch) {
    let old = (0..<4 + random(20)).map { _ in line() }
    var diff = "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
    var start = random(3)
    var shift = 0
    for _ in 0..<1 + random(3) where start < old.count {
      let leading = min(random(4), start)
      let removed = min(random(3), old.count - start)
      let trailing = min(random(6) == 0 ? random(3) : 3, old.count - start - removed)
      let added = random(3) + (removed == 0 ? 1 : 0)
      let first = start - leading
      let oldCount = leading + removed + trailing
      let newCount = leading + added + trailing
      diff += "@@ -\(oldCount == 0 ? first : first + 1),\(oldCount) "
      diff += "+\(newCount == 0 ? first + shift : first + shift + 1),\(newCount) @@\n"
      diff += old[first..<start].map { " \($0)\n" }.joined()
      diff += old[start..<start + removed].map { "-\($0)\n" }.joined()
      for number in 0..<added { diff += "+new \(number)\n" }
      diff += old[start + removed..<start + removed + trailing].map { " \($0)\n" }.joined()
      shift += newCount - oldCount
      start += removed + trailing + 3 + random(4)
    }
    return (drifted(old, damaging: damaging), try PatchMail.read(Array(diff.utf8), name: "made up").patches[0])
  }

  // What happens to a file while a patch is on its way.
  private mutating func drifted(_ old: [String], damaging: Bool) -> String {
    var lines = old
    for _ in 0..<random(3) { lines.insert(line(), at: random(lines.count + 1)) }
    if random(4) == 0 { lines.remove(at: random(lines.count)) }
    if random(6) == 0 { lines[random(lines.count)] = line() }
    if damaging {
      for index in lines.indices where random(2) == 0 {
        lines[index] = lines[index].replacing("\t", with: "    ").replacing(" b", with: "\t b")
        if random(3) == 0 { lines[index] += "\r" }
      }
    }
    return lines.joined(separator: "\n") + (random(8) == 0 ? "" : "\n")
  }

  static func result(of file: PatchedFile, at places: [HunkPlace], in text: String) -> String {
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    var order = Array(zip(file.hunks, places))
    order.sort { start($0.1) > start($1.1) }
    for (hunk, place) in order {
      let new = hunk.lines.filter { $0.kind == .context || $0.kind == .added }.map(\.text)
      lines.replaceSubrange(start(place)..<start(place) + hunk.oldCount, with: new)
    }
    return lines.joined(separator: "\n")
  }

  private static func start(_ place: HunkPlace) -> Int {
    if case .fits(let line, _) = place { line } else { 0 }
  }
}
