import Foundation
import Testing

extension ZlabFixture {
  /// One thing that happens at a terminal.
  enum Step: Encodable {
    /// Until the program has written this, behind what was waited for before.
    case wait(String)
    case type(String)
    case columns(Int)

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .wait(let text): try ["wait": text].encode(to: encoder)
      case .type(let text): try ["type": text].encode(to: encoder)
      case .columns(let count): try ["columns": count].encode(to: encoder)
      }
    }
  }

  /// Runs a program on a terminal of so many columns; `output` is all that it wrote there.
  func onTerminal(
    _ program: String..., columns: Int = 80, steps: [Step] = [], environment: [String: String] = [:]
  ) async throws -> ZlabResult {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Pty/terminal.py").path
    let path = ZlabProcess.binary.deletingLastPathComponent().path
    let search = "\(path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    let process = try ZlabProcess(
      ["python3", script, String(columns)] + program,
      environment: self.environment.merging(["PATH": search, "TERM": "xterm"]) { $1 }.merging(environment) { $1 },
      log: home, executable: URL(fileURLWithPath: "/usr/bin/env"))
    process.say(String(decoding: try JSONEncoder().encode(steps), as: UTF8.self))
    return await process.end()
  }
}
