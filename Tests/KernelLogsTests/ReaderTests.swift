import Foundation
import KernelLogs
import Model
import Testing

@Suite struct ReaderTests {
  private func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-logs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  private func read(_ text: String, marker: String? = nil) throws -> KernelLog {
    try withFolder { folder in
      try text.write(toFile: "\(folder)/log", atomically: false, encoding: .utf8)
      var options = LogReader.Options()
      options.marker = marker
      var reader = try LogReader("\(folder)/log", options)
      return try reader.read(until: { false })
    }
  }

  private var sample: String { get throws { String(decoding: try Sample.log(), as: UTF8.self) } }

  @Test func `a FIFO that nobody writes to is given up when asked`() throws {
    try withFolder { folder in
      try #require(mkfifo("\(folder)/fifo", 0o600) == 0)
      var reader = try LogReader("\(folder)/fifo")
      var asked = 0
      let log = try reader.read(until: {
        asked += 1
        return asked > 2
      })
      #expect(log.findings.isEmpty)
      #expect(asked == 3)
    }
  }

  @Test func `what is no log is refused`() throws {
    #expect(throws: RequestError.self) { _ = try LogReader("/nonexistent/log") }
    try withFolder { folder -> Void in
      #expect(throws: RequestError.self) {
        var reader = try LogReader(folder)
        _ = try reader.read(until: { false })
      }
    }
  }

  @Test func `a growing log gives its findings, also behind a new file in its place`() throws {
    try withFolder { folder in
      let file = "\(folder)/log"
      let text = try sample
      try (text + "[   13.0] end\n").write(toFile: file, atomically: false, encoding: .utf8)
      var options = LogReader.Options()
      options.follows = true
      var reader = try LogReader(file, options)
      var titles: [String] = []
      var hasRotated = false
      var asked = 0
      let log = try reader.read(
        until: {
          asked += 1
          if titles.count == 1, !hasRotated {
            hasRotated = true
            try? text.write(toFile: file + ".new", atomically: false, encoding: .utf8)
            rename(file + ".new", file)
          }
          // Far more than it takes; a test must end.
          return titles.count == 2 || asked > 3000
        },
        onFindings: { findings, _ in titles += findings.map(\.title) })
      #expect(titles == ["WARNING in widget_close", "WARNING in widget_close"])
      #expect(log.findings.count == 2)
    }
  }

  @Test func `only what follows the last marker counts`() throws {
    let text = try sample
    #expect(try read(text + "begin of test 7\n", marker: "test 7").findings.isEmpty)
    let both = try read(text + "test 7\n" + text, marker: "test 7")
    #expect(both.findings.map(\.firstLine) == [16])
    #expect(both.hasMarker == true)
    let none = try read(text, marker: "test 7")
    #expect(none.hasMarker == false && none.findings.isEmpty)
    #expect(try read(text + "test 7", marker: "test 7").findings.isEmpty)
  }

  @Test func `a log in which nothing is a kernel's is doubted`() throws {
    let prose = (0..<50).map { "A sentence about nothing, number \($0)\n" }.joined()
    #expect(try read(prose).troubles == [.noKernelLines])
    #expect(try read("").troubles == [.noKernelLines])
    #expect(try read(sample).troubles.isEmpty)
    #expect(try read("[    1.000000] usb 1-1: new device\n").troubles.isEmpty)
  }

  @Test func `a prefix that is not known is told`() throws {
    let text = try sample.split(separator: "\n").map { "lab-7>> \($0.dropFirst(9))\n" }.joined()
    let log = try read(text)
    #expect(log.findings.isEmpty)
    #expect(log.troubles == [.unknownPrefix])
    #expect(log.example?.hasPrefix("lab-7>> ") == true)
    #expect(!log.remarks.isEmpty)
  }
}
