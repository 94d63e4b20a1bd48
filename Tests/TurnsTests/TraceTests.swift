import Foundation
import HostTools
import Testing

/// The plugin's trace of functions, written by a host program (drive-trace.c) with gcc's checks on.
@Suite(.serialized) struct TraceTests {
  private let folder: URL
  private var program: String { folder.appending(path: "drive-trace").path }

  init() async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "drive-trace-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try await compileDriver("drive-trace", with: ["turn-trace.c"], into: program)
  }

  /// Words that the driver prints, and the trace's 64-bit words in the host's order.
  private func trace(_ functions: String, reports: Int, entries: Int) async throws -> (known: String, words: [UInt64]) {
    let list = folder.appending(path: "functions"), file = folder.appending(path: "trace")
    try Data(functions.utf8).write(to: list)
    let words = [list.path, file.path, String(reports), String(entries)]
    let known = try await HostTool(program, words, to: "write a trace").run().text
    let bytes = try Data(contentsOf: file)
    return (known, bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) })
  }

  @Test func `entries follow a header that counts them, up to the last report`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let (known, words) = try await trace("10\n20 report\n", reports: 2, entries: 100)
    #expect(known == "1 0 1 \n")
    #expect(words.count == 6 * ((1 << 17) + 1))
    // The second report is the entry with the number 20.
    #expect(words[0] == 20)
    #expect(Array(words[6..<9]) == [0, 0x10, 0xb00] && Array(words[(6 * 20)..<(6 * 20 + 3)]) == [19, 0x20, 0xb00])
    #expect(words[6 * 21] == 0)
  }

  @Test func `a ring that is full begins anew`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let words = try await trace("10\n20\n", reports: 1, entries: (1 << 17) + 3).words
    #expect(words[0] == (1 << 17) + 3)
    #expect(words[6] == 1 << 17 && words[12] == (1 << 17) + 1 && words[24] == 3)
  }

  @Test func `a list without functions, or a folder that is not there, is refused`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    await #expect(throws: (any Error).self) { try await trace("no function\n", reports: 1, entries: 1) }
    await #expect(throws: (any Error).self) {
      try await HostTool(program, ["/nowhere/f", "/nowhere/t", "1", "1"], to: "write a trace").run()
    }
  }
}
