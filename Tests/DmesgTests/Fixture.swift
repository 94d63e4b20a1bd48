import Foundation
import Model
import Testing

/// One log with what must be found in it: `KEY: value` headers, an empty line, the log as it came.
struct Fixture: Sendable, CustomTestStringConvertible {
  struct Header: Hashable, Sendable {
    var key: String
    var value: String
  }

  let name: String
  let headers: [Header]
  let log: [UInt8]

  var testDescription: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// Set to record what the parser finds now into every fixture; the test fails that once.
  static let isRecording = ProcessInfo.processInfo.environment["DMESG_RECORD"] == "1"

  static let all: [Fixture] = names().map { name in
    (try? Fixture(named: name)) ?? Fixture(name: name, headers: [Header(key: "UNREADABLE", value: "")], log: [])
  }

  private static func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".txt") }.sorted()
  }

  init(name: String, headers: [Header], log: [UInt8]) {
    self.name = name
    self.headers = headers
    self.log = log
  }

  init(named name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
    var headers: [Header] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0a) {
      let line = String(decoding: bytes[start..<end], as: UTF8.self)
      start = end + 1
      if line.isEmpty { break }
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      headers.append(Header(key: parts[0], value: parts.count > 1 ? parts[1] : ""))
    }
    self.init(name: name, headers: headers, log: Array(bytes[start...]))
  }

  /// Writes the headers that describe the findings before the log.
  func record(_ findings: [Finding]) throws {
    let text = Self.describe(findings).map { "\($0.key): \($0.value)\n" }.joined()
    try Data(Array(text.utf8) + [0x0a] + log).write(to: Self.folder.appending(path: name))
  }

  /// The headers of findings: each starts with its title, and what is not known has no header.
  static func describe(_ findings: [Finding]) -> [Header] {
    findings.flatMap { finding in
      let fields: [(String, String?)] = [
        ("TITLE", finding.title), ("KIND", finding.kind.rawValue), ("FUNCTION", finding.function),
        ("MESSAGE", finding.message), ("LOCATION", finding.location), ("CPU", finding.cpu.map(String.init)),
        ("PID", finding.pid.map(String.init)), ("COMM", finding.comm), ("TAINTED", finding.tainted.map(String.init)),
        ("TAINT", finding.taint), ("ARCH", finding.arch), ("KERNEL", finding.kernel),
        ("FATAL", finding.fatal ? "true" : nil), ("TRUNCATED", finding.truncated ? "true" : nil),
        ("INTERLEAVED", finding.interleaved ? "true" : nil), ("LINES", "\(finding.firstLine)-\(finding.lastLine)"),
        (
          "FRAMES",
          finding.frames.map { frame in frame.name + (frame.module.map { "[\($0)]" } ?? "") }.joined(separator: " ")
        ),
      ]
      return fields.compactMap { key, value in value.flatMap { $0.isEmpty ? nil : Header(key: key, value: $0) } }
    }
  }

  static let knownKeys: Set<String> = [
    "TITLE", "KIND", "FUNCTION", "MESSAGE", "LOCATION", "CPU", "PID", "COMM", "TAINTED", "TAINT", "ARCH", "KERNEL",
    "FATAL", "TRUNCATED", "INTERLEAVED", "LINES", "FRAMES",
  ]
}
