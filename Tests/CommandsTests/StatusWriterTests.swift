import Commands
import Foundation
import Testing

@Suite struct StatusWriterTests {
  /// A pipe whose reader takes nothing until it is asked to: a terminal after ^S.
  private func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(Foundation.pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  private func text(_ descriptor: Int32, until words: String) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !String(decoding: bytes, as: UTF8.self).contains(words) {
      // Words that never come fail the test, and do not hold up the others for ever.
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, 60_000) == 1 else { break }
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    close(descriptor)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `the status line is cut to the width and gives way to lines`() throws {
    let (read, write) = try pipe()
    let writer = StatusWriter(write, isTerminal: true) { 10 }
    writer.status("0123456789abcdef")
    writer.flush()
    writer.progress("a line")
    writer.flush()
    writer.status(nil)
    writer.flush()
    writer.notice("end")
    writer.flush()
    let text = text(read, until: "end\n")
    #expect(text == "012345678\r\u{1b}[Ka line\n012345678\r\u{1b}[Kend\n", "\(text.debugDescription)")
  }

  @Test func `nothing is drawn where no terminal is`() throws {
    let (read, write) = try pipe()
    let writer = StatusWriter(write, isTerminal: false) { 10 }
    writer.status("status")
    writer.notice("end")
    writer.flush()
    #expect(text(read, until: "end\n") == "end\n")
  }

  @Test func `nothing is drawn for who wants it quiet`() throws {
    let (read, write) = try pipe()
    let writer = StatusWriter(write, isTerminal: true) { 10 }
    writer.verbosity = .quiet
    writer.status("status")
    writer.progress("a line")
    writer.notice("end")
    writer.flush()
    #expect(text(read, until: "end\n") == "end\n")
  }

  @Test func `a reader that stopped reading blocks no caller, and loses progress but no notice`() throws {
    let (read, write) = try pipe()
    let writer = StatusWriter(write, isTerminal: false, capacity: 50) { 80 }
    // More than a pipe takes (64 KiB, pipe(7)), so the thread is stuck in write(2) from here on.
    writer.notice(String(repeating: "x", count: 1 << 18))
    // It has begun to write, so what follows waits for one batch.
    var begun = pollfd(fd: read, events: Int16(POLLIN), revents: 0)
    #expect(poll(&begun, 1, 60_000) == 1)
    // Every call returns, or this test hangs.
    for number in 0..<1000 { writer.progress("progress \(number)") }
    for number in 0..<1000 { writer.notice("notice \(number)") }
    let text = text(read, until: "the terminal is blocked)\n")
    let lines = text.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("notice ") } == 1000)
    #expect(lines.count { $0.hasPrefix("progress ") } < 1000)
    #expect(lines.contains { $0.hasPrefix("(9") && $0.contains("progress lines dropped") })
  }

  @Test func `a reader that is gone costs nothing`() throws {
    signal(SIGPIPE, SIG_IGN)
    let (read, write) = try pipe()
    close(read)
    let writer = StatusWriter(write, isTerminal: true) { 80 }
    for number in 0..<1000 { writer.notice("\(number)") }
    writer.flush()
  }

  @Test(arguments: [
    ("plain", 80, "plain"), ("exactly", 7, "exactl"), ("日本語", 6, "日本"), ("", 20, ""),
  ])
  func `a line is cut by columns`(text: String, columns: Int, expected: String) {
    #expect(cut(text, columns: columns) == expected)
  }

  @Test func `a line is due once an interval`() {
    let clock = LineClock(every: .seconds(60))
    let start = ContinuousClock.now
    let due = [0, 30, 60, 61, 119, 120, 500].map { clock.isDue(at: start + .seconds($0)) }
    #expect(due == [false, false, true, false, false, true, true])
  }
}
