import Foundation
import Testing

/// vCPUs in turns, on real guests: `slot-power-race` on 6.1 finds something in nearly every trial, so consoles are long.
@Suite(.serialized) struct TurnsTests {
  let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
  }

  /// The consoles of a run's trials.
  private func consoles(_ seed: String, trials: Int = 1, of scenario: String = "slot-power-race") async throws -> [Data]
  {
    let result = try await zlab.run(
      "run", scenario, "--kernel", "debian:bookworm", "--schedule", "turns", "--set", "seconds=1", "--seed",
      seed, "--trials", String(trials), "--format", "json")
    #expect([0, 1].contains(result.code), "\(result.talk)")
    #expect(result.talk.contains("may differ") == scenario.hasPrefix("host-"), "\(result.talk)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let (folder, kept) = (try #require(report["folder"] as? String), try #require(report["trials"] as? [[String: Any]]))
    return try kept.map { trial in
      let number = try #require(trial["number"] as? Int)
      return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/trial-000\(number)/console.log"))
    }
  }

  @Test func `the same seed gives the same console beside a busy host, and another seed another one`() async throws {
    let first = try await consoles("77", trials: 2)
    let busy = try (0..<3).map { _ in
      try Process.run(URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", "while :; do :; done"])
    }
    defer {
      for process in busy {
        // Those of a test process may have SIGTERM blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
    }
    let second = try await consoles("77", trials: 2)
    // Each trial has a seed of its own.
    #expect(first.count == 2 && first[0] != first[1])
    #expect(second.count == 2)
    for (one, other) in zip(first, second) {
      // The host ends a guest that a finding has left hanging, and cuts its console.
      let common = min(one.count, other.count)
      #expect(common > 500)
      #expect(one.prefix(common) == other.prefix(common))
    }
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `what the host unplugs and plugs reaches the guest at one instruction`() async throws {
    let first = try await consoles("5", of: "host-power-race")
    let busy = try Process.run(URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", "while :; do :; done"])
    defer {
      kill(busy.processIdentifier, SIGKILL)
      busy.waitUntilExit()
    }
    let second = try await consoles("5", of: "host-power-race")
    // Addresses may differ (docs/decisions/turns.md); the host may cut the end.
    let lines = [first, second].map { consoles in
      String(decoding: consoles[0], as: UTF8.self).replacing(/[0-9a-f]{16}/, with: "ADDRESS")
        .split(whereSeparator: \.isNewline)
    }
    let common = min(lines[0].count, lines[1].count) - 1
    #expect(common > 20)
    #expect(lines[0].prefix(common) == lines[1].prefix(common))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `an emulator without plugins is refused before anything is run`() async throws {
    let emulator = zlab.home.appending(path: "emulator")
    let script = """
      #!/bin/sh
      case "$*" in *-plugin*) echo "$0: -plugin zlab-turns.so: invalid option" >&2; exit 1 ;; esac
      exec qemu-system-s390x "$@"
      """
    try Data(script.utf8).write(to: emulator)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: emulator.path)
    let result = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--schedule", "turns", "--trials", "1", "--emulator",
      emulator.path)
    #expect(result.code == 69, "\(result.talk)")
    #expect(result.talk.contains("zlab: cannot run vCPUs in turns: "), "\(result.talk)")
    #expect(try zlab.emulators().isEmpty)
  }
}
