import Testing

@testable import Dmesg

@Suite struct LineTests {
  private func prefix(_ text: String) -> LinePrefix { LinePrefix(Array(text.utf8)[...]) }

  @Test(arguments: [
    "[   12.345678] text", "<4>[   12.345678] text", "> > [   12.345678] text", "00: [   12.345678] text",
    "[  +0.000001] text", "[Tue Sep  9 10:25:34 2025] text", "[Sep20 23:19] text", "Sep  9 10:25:34 host kernel: text",
    "2025-09-09T10:25:34.123456+02:00 host kernel: [    1.000000] text", "2025-09-09T10:25:34,123456+02:00 text",
    "[   12.345678] host kernel: text", "<4>text", "host login: [   12.345678] text", "c   12.345678! text",
    "root@host:~# [   12.345678] text", "[10320.359160] text", "\u{fffd}   12.345678\u{fffd} text",
  ])
  func `a prefix comes off`(_ line: String) {
    #expect(prefix(line).rest.string == "text")
  }

  @Test(arguments: [
    "[vfio] text", "[ INFO: suspicious RCU usage. ]", "[<000003ff80137780>] f+0x1/0x2", "[T60] text", "text",
  ])
  func `what only looks like a prefix stays`(_ line: String) {
    #expect(prefix(line).rest.string == line)
  }

  @Test func `callers are read`() {
    #expect(prefix("[    2.954818][   T60] text").caller == Caller(isTask: true, number: 60))
    #expect(prefix("[    2.954818][    C1] text").caller == Caller(isTask: false, number: 1))
    #expect(prefix("[    2.954818] text").caller == nil)
  }

  @Test func `a line printed into another one is a line of its own`() {
    let line = prefix("[    1.000000] BUG: unable to [    1.000001] usb 1-1: new device")
    #expect(line.rest.string == "BUG: unable to")
    #expect(line.next?.string == "[    1.000001] usb 1-1: new device")
  }

  private func decode(_ bytes: [UInt8]) -> String {
    var decoder = LineDecoder()
    return bytes.withUnsafeBufferPointer { String(decoding: decoder.decode($0), as: UTF8.self) }
  }

  @Test func `terminal escapes and control bytes go`() {
    #expect(decode(Array("\u{1b}[1;31mred\u{1b}[0m\u{0}\r".utf8)) == "red")
    #expect(decode([0x01, 0x34] + Array("text".utf8)) == "text")
    #expect(decode(Array("a\u{a0}b\tc".utf8)) == "a b c")
  }

  @Test func `quoted-printable is decoded only where it is certain`() {
    #expect(decode(Array("[=C2=A0 132.9] a=3Db".utf8)) == "[  132.9] a=b")
    #expect(decode(Array("rc=20 value=AB".utf8)) == "rc=20 value=AB")
  }

  private func join(_ lines: [String]) -> [String] {
    var joiner = LineJoiner()
    var ready: [ConsoleLine] = []
    for (index, line) in lines.enumerated() {
      Array(line.utf8).withUnsafeBufferPointer { joiner.accept($0, number: index + 1, into: &ready) }
    }
    joiner.finish(into: &ready)
    return ready.map(\.text.string)
  }

  @Test func `a wrapped trace entry is put together`() {
    #expect(
      join(["[    1.000000]  [<000003ff8011a1b8>]", "vfio_group_detach_container+0x88/0x170 [vfio]"]) == [
        "[<000003ff8011a1b8>] vfio_group_detach_container+0x88/0x170 [vfio]"
      ])
  }

  @Test func `a stamped line never continues another`() {
    let lines = ["[    1.000000]  [<000003ff8011a1b8>]", "[    1.000001] next"]
    #expect(join(lines) == ["[<000003ff8011a1b8>]", "next"])
  }

  @Test func `a soft line break joins and a drawn line does not`() {
    let long = String(repeating: "x", count: 75)
    #expect(join([long + "=", "yz"]) == [long + "yz"])
    let rule = String(repeating: "=", count: 70)
    #expect(join([rule, "yz"]) == [rule, "yz"])
  }

  @Test func `a line beyond the limit is cut and the next one is whole`() {
    var splitter = LineSplitter()
    let bytes = [UInt8](repeating: 0x61, count: LineSplitter.lineLimit * 3) + Array("\nshort\n".utf8)
    let lengths = bytes.withUnsafeBufferPointer { buffer in
      var offset = 0
      var lengths: [Int] = []
      while let line = splitter.next(in: buffer, from: &offset) {
        switch line {
        case .inChunk(let range): lengths.append(range.count)
        case .assembled(let whole): lengths.append(whole.count)
        }
      }
      return lengths
    }
    #expect(lengths == [LineSplitter.lineLimit, 5])
  }
}
