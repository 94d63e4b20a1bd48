import Model
import PatchMail
import Testing

/// An input whose cost grew faster than its size would hang these tests; `scripts/bench-patch` measures how it grows.
@Suite(.serialized) struct HostileTests {
  private func read(_ input: String) -> Result<PatchSeries, RequestError> { read(Array(input.utf8)) }

  private func read(_ input: [UInt8]) -> Result<PatchSeries, RequestError> {
    Result { () throws(RequestError) in try PatchMail.read(input, name: "MAIL") }
  }

  private func refused(_ input: String) -> Bool {
    if case .failure = read(input) { return true }
    return false
  }

  @Test func `random bytes are refused`() {
    var generator = Numbers(state: 1)
    for _ in 0..<20 {
      let bytes = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      let outcome = read(bytes)
      #expect(throws: RequestError.self) { try outcome.get() }
    }
  }

  @Test func `shuffled and cut patches never crash`() {
    var generator = Numbers(state: 2)
    let whole = Fixture.all.map(\.input)
    for round in 0..<300 {
      var bytes = whole[round % whole.count]
      for _ in 0..<8 where !bytes.isEmpty {
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 40))
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
        }
      }
      if case .success(let series) = read(bytes) { #expect(!series.patches.isEmpty) }
    }
  }

  @Test func `too large an input is refused before it is read`() {
    let outcome = read([UInt8](repeating: 0x20, count: PatchMail.cap + 1))
    #expect(throws: RequestError.self) { try outcome.get() }
  }

  @Test func `a million hunk heads are refused in time`() {
    let heads = String(repeating: "@@ -1,3 +1,3 @@\n", count: 1_000_000)
    #expect(refused(heads))
    #expect(refused("--- a/x\n+++ b/x\n" + heads))
  }

  @Test func `empty hunks are refused`() {
    #expect(refused("--- a/x\n+++ b/x\n@@ -0,0 +0,0 @@\n"))
  }

  @Test(arguments: ["9223372036854775807", "18446744073709551616", "99999999999999999999999999", "-1"])
  func `counts without end are refused`(_ count: String) {
    #expect(refused("--- a/x\n+++ b/x\n@@ -1,\(count) +1,\(count) @@\n-a\n+b\n"))
    #expect(refused("--- a/x\n+++ b/x\n@@ -\(count) +\(count) @@\n"))
    #expect(refused("--- a/x\n+++ b/x\n@@ -\(count) +1 @@\n-a\n+b\n@@ -\(count) +2 @@\n-a\n+b\n"))
  }

  @Test func `deep quoting is refused in time`() {
    let marks = String(repeating: ">", count: 1000)
    #expect(refused(String(repeating: marks + " @@ -1 +1 @@\n", count: 1000)))
    #expect(refused(String(repeating: ">", count: 4_000_000)))
  }

  @Test func `endless nesting of parts is refused`() {
    var mail = "Subject: [PATCH] x\n"
    for level in 0..<2000 { mail += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n" }
    #expect(refused(mail))
    let attached = String(repeating: "Subject: x\nContent-Type: message/rfc822\n\n", count: 2000)
    #expect(refused(attached))
  }

  @Test func `a header without end is refused in time`() {
    #expect(refused("Subject: x\n" + String(repeating: " y\n", count: 500_000)))
    #expect(refused("Subject: " + String(repeating: "=?", count: 500_000) + "\n\nx\n"))
    #expect(refused(String(repeating: "[", count: 500_000) + "PATCH]\n"))
  }

  @Test func `names and dates without end are refused in time`() {
    let words = String(repeating: "a ", count: 500_000)
    #expect(refused("diff --git \(words)\n@@ -1 +1 @@\n-a\n+b\n"))
    #expect(refused("--- \(words)\n+++ \(words)\n@@ -1 +1 @@\n-a\n+b\n"))
  }

  @Test func `a large hunk that fits no reading is given up in time`() {
    let line = String(repeating: " a long line that may have been broken by some program, or joined\n", count: 20_000)
    #expect(refused("--- a/x\n+++ b/x\n@@ -1,30000 +1,31000 @@\n" + line))
  }

  @Test func `a large hunk of broken lines is joined in time`() {
    let line = String(repeating: "word ", count: 20) + "\n"
    let text = "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n+" + String(repeating: line, count: 20_000)
    // Refused or joined into one line; both end.
    if case .success(let series) = read(text) { #expect(series.patches.first?.files.first?.hunks.count == 1) }
  }

  @Test func `many damaged hunks are read in time`() throws {
    var text = "--- a/x.c\n+++ b/x.c\n"
    for hunk in 0..<3000 {
      text += "@@ -\(hunk * 10 + 1),6 +\(hunk * 10 + 1),7 @@ f()\n \tone;\n \ttwo;\n  +\tthree;\n \tfour;\n \tfive;\n "
    }
    let outcome = read(text)
    let patch = try #require(try outcome.get().patches.first)
    #expect(patch.files.first?.hunks.count == 3000)
  }
}

/// Numbers that look random and are the same on each run (Marsaglia's xorshift).
private struct Numbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
