import Foundation
import Testing

/// Trials as jobs of a real Slurm on loopback.
@Suite final class SlurmClusterTests {
  private let fixture: ZlabFixture
  private let folder = "/tmp/zs-\(UInt32.random(in: .min ... .max))"
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/slurm-sandbox").path

  private static var isPossible: Bool {
    let programs = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd"]
    return getuid() == 0 && programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  init() throws { fixture = try ZlabFixture() }
  deinit { _ = try? sandbox("stop") }

  private var environment: [String: String] {
    ["SLURM_CONF": folder + "/slurm.conf", "ZLAB_NODE": fixture.home.appending(path: "node").path]
  }

  private func tool(_ path: String, _ arguments: String...) throws -> (code: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  private func sandbox(_ action: String) throws -> Int32 { try tool("/bin/sh", Self.script, action, folder).code }

  private struct Report: Decodable {
    struct Trial: Decodable {
      struct Finding: Decodable, Equatable {
        let signature: String
        let first_line: Int
      }
      let number: Int
      let seed: UInt64
      let verdict: String
      let findings: [Finding]
    }
    let id: String
    let trials: [Trial]
  }

  private func report(_ run: String) async throws -> Report {
    let result = try await fixture.run("report", run, "--format", "json")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }

  private func run(_ words: String...) async throws -> ZlabResult {
    let run = ["run", "slot-power-race", "--kernel", "debian:bookworm", "--trials", "4", "--seed", "3"]
    return await (try fixture.start(run + ["--schedule", "icount"] + words, environment)).end()
  }

  @Test(.enabled("needs root and Slurm (scripts/setup --tests)") { isPossible })
  func `a run on a cluster equals the local one, also when workers are killed`() async throws {
    try await StockKernels.shared.need("bookworm")
    try #require(try sandbox("start") == 0)
    let local = try await run()
    let whole = try await report("latest")
    try #require(whole.trials.filter { $0.verdict != "miss" }.count == 4, "\(local.talk)")

    let submitted = try await run("--executor", "slurm", "--partition", "nightly", "--detach")
    try #require(submitted.code == 0, "\(submitted.talk)")
    let id = try #require(submitted.output.firstMatch(of: /run ([0-9a-f]{8}) is submitted/)?.1)
    // A worker dies while it has a guest, as when a node's memory is short.
    while try tool("/usr/bin/pgrep", "-f", "guest=zlab-\(id)-").code != 0 {
      try #require(try !tool("/usr/bin/squeue", "--noheader").text.isEmpty)
      try await Task.sleep(for: .milliseconds(50))
    }
    let workers = try tool("/usr/bin/pgrep", "-f", "worker --quiet .*/batches/\(id)/").text.split(separator: "\n")
    for worker in workers.prefix(1).compactMap({ pid_t($0) }) { kill(worker, SIGKILL) }

    let attached = await (try fixture.start(["run", "--attach", String(id)], environment)).end()
    #expect(attached.code == local.code, "\(attached.talk)")
    let joined = try await report(String(id))
    #expect(joined.trials.map(\.number) == [1, 2, 3, 4])
    #expect(joined.trials.map(\.seed) == whole.trials.map(\.seed))
    #expect(joined.trials.map(\.verdict) == whole.trials.map(\.verdict))
    #expect(joined.trials.map(\.findings) == whole.trials.map(\.findings))
    for number in 1...4 {
      let consoles = try [String(id), whole.id].map { run in
        try Data(contentsOf: fixture.home.appending(path: "zlab/runs/\(run)/trial-000\(number)/console.log"))
      }
      // The host ends a guest that a finding has left hanging, and cuts its console.
      let common = min(consoles[0].count, consoles[1].count)
      #expect(common > 500 && consoles[0].prefix(common) == consoles[1].prefix(common))
    }
    // Nothing is left: no job, guest or batch.
    while try !tool("/usr/bin/squeue", "--noheader").text.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
    #expect(try tool("/usr/bin/pgrep", "-f", "guest=zlab-\(id)-").text.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: fixture.cache.appending(path: "batches/\(id)").path))
    let again = await (try fixture.start(["run", "--attach", String(id)], environment)).end()
    #expect(again.code == 64)
    #expect(again.talk.contains("has no jobs to wait for"))
  }

  @Test(.enabled("needs root and Slurm (scripts/setup --tests)") { isPossible })
  func `what Slurm refuses is a miss with its words`() async throws {
    try await StockKernels.shared.need("bookworm")
    try #require(try sandbox("start") == 0)
    let result = try await run("--executor", "slurm", "--partition", "weekly")
    #expect(result.code == 69)
    #expect(result.output.contains("invalid partition specified"))
    #expect(try await report("latest").trials.allSatisfy { $0.verdict == "miss" })
  }
}
