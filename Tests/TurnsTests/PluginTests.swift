import Foundation
import Model
import Schedules
import Storage
import Testing

/// How the library is found, and what is said of an emulator that cannot use it.
@Suite struct PluginTests {
  private let home: URL
  private var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  init() throws {
    home = FileManager.default.temporaryDirectory.appending(path: "turns-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
  }

  private func emulator(_ script: String) throws -> String {
    let file = home.appending(path: "emulator")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return file.path
  }

  @Test(arguments: [
    ("echo \"$0: -plugin: invalid option\" >&2; exit 1", "-plugin: invalid option"),
    (
      "echo 'zlab-turns: it does not export cpu_exit' >&2; echo 'Could not load plugin' >&2; exit 1",
      "it does not export cpu_exit"
    ),
    ("exit 0", "it ended with code 0"),
  ])
  func `an emulator that cannot is refused in one sentence, with what to do`(_ script: String, _ reason: String)
    async throws
  {
    defer { try? FileManager.default.removeItem(at: home) }
    let emulator = try emulator(script)
    let error = try await #require(throws: LabError.self) {
      _ = try await TurnsPlugin(folders, emulator: emulator).path()
    }
    #expect(error.problem.hasPrefix("cannot run vCPUs in turns: \(emulator) cannot use the plugin "))
    #expect(error.problem.hasSuffix(reason) && !error.problem.contains("\n"), "\(error.problem)")
    #expect(error.advice?.contains("--schedule icount") == true)
  }

  @Test func `the library is compiled once, and tried in the emulator with its path`() async throws {
    defer { try? FileManager.default.removeItem(at: home) }
    let emulator = try emulator(#"echo "$@" >>"${0%/*}/calls"; echo 'zlab-turns: able' >&2"#)
    let first = TurnsPlugin(folders, emulator: emulator)
    let library = try await first.path()
    #expect(try await first.path() == library)
    #expect(try await TurnsPlugin(folders, emulator: emulator).path() == library)
    let bytes = try #require(FileManager.default.contents(atPath: library))
    #expect(bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]))
    let calls = try String(contentsOf: home.appending(path: "calls"), encoding: .utf8)
    #expect(calls.split(separator: "\n").count == 2)
    #expect(calls.contains(" -plugin \(library),check=on\n"))
    let made = try FileManager.default.contentsOfDirectory(atPath: folders.cache.appending(path: "plugins").path)
    #expect(made.count == 1)
  }
}
