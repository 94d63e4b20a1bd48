import Foundation
import Testing

/// A real Slurm on loopback, two nodes, ended with its jobs when it goes.
private final class LoopbackCluster {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/slurm-sandbox").path
  // Short, because sockets lie below it.
  let folder = "/tmp/zs-\(String(UInt32.random(in: .min ... .max), radix: 16))"

  /// Slurm's daemons take users' jobs as root only.
  static var isPossible: Bool {
    getuid() == 0 && ["/usr/sbin/slurmctld", "/usr/sbin/slurmd"].allSatisfy(FileManager.default.fileExists)
  }

  init() throws { try run("start") }

  deinit { try? run("stop") }

  // Foundation's Process ends when nobody holds its socket any more: Slurm's daemons must inherit none.
  private func run(_ action: String) throws {
    let closing =
      "for f in /proc/$$/fd/*; do n=${f##*/}; [ $n -le 2 ] || eval \"exec $n>&-\"; done; exec \"$@\" >/dev/null"
    let strings = ["/bin/bash", "-c", closing, "bash", Self.script, action, folder]
    let words: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var (process, status): (pid_t, Int32) = (0, 0)
    let failure = posix_spawn(&process, "/bin/bash", nil, nil, words, environ)
    try #require(failure == 0)
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    try #require(status == 0)
  }

  /// Variables by which a command finds the cluster; snapshots of its nodes lie in its folder, too.
  var environment: [String: String] {
    ["SLURM_CONF": folder + "/slurm.conf", "ZLAB_NODE": folder + "/node"]
  }
}

/// Trials as jobs of a cluster, next to the same trials in guests of this host.
@Suite(
  .serialized,
  .enabled(if: LoopbackCluster.isPossible, "needs root and Debian's Slurm, which scripts/setup --tests installs"))
struct ClusterTests {
  private static let plan = """
    schema: zlab.plan/1
    name: cluster
    sources: [{release: bookworm}]
    scenarios: [{scenario: nothing, schedule: icount}, crash.yaml]
    trials: 8
    jobs: 2
    executor: slurm
    """

  init() async throws { try await StockKernels.shared.need("bookworm") }

  private func fixture() throws -> (ZlabFixture, plan: String) {
    let zlab = try ZlabFixture()
    return (zlab, try zlab.planOfCrashes(Self.plan))
  }

  /// Each judged trial of the newest night: cell, number, seed, verdict, signatures.
  private func trials(_ zlab: ZlabFixture) async throws -> [String] {
    let export = try await zlab.run("db", "export")
    let lines = try export.output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    let scenarios = lines.compactMap { ($0["run"] as? [String: Any])?["record"] as? [String: Any] }.reduce(
      into: [:]
    ) { $0["\($1["id"] ?? "")"] = "\($1["scenario"] ?? "")" }
    return lines.compactMap { line in
      guard let trial = line["trial"] as? [String: Any], let record = trial["record"] as? [String: Any],
        record["verdict"] as? String != "miss"
      else { return nil }
      let signatures = (record["findings"] as? [[String: Any]] ?? []).map { "\($0["signature"] ?? "")" }
      return "\(scenarios["\(trial["run"] ?? "")"] ?? "") \(record["number"] ?? "") \(record["seed"] ?? "") "
        + "\(record["verdict"] ?? "") " + signatures.joined(separator: " ")
    }.sorted()
  }

  /// Processes of the cluster's jobs, by its folder in their environment or command line: workers, or guests.
  private func processes(_ cluster: LoopbackCluster, guests: Bool) throws -> [pid_t] {
    let mark = Data(cluster.folder.utf8)
    return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { process in
      func file(_ name: String) -> Data { FileManager.default.contents(atPath: "/proc/\(process)/\(name)") ?? Data() }
      let words = file("cmdline").split(separator: 0)
      if guests {
        return words.first?.range(of: Data("qemu-system".utf8)) != nil && file("cmdline").range(of: mark) != nil
      }
      return words.count > 1 && words[1] == Data("worker".utf8) && file("environ").range(of: mark) != nil
    }
  }

  @Test(.timeLimit(.minutes(20)))
  func `a night on two nodes equals a local one, though a worker and then the command are killed`() async throws {
    let (local, localPlan) = try fixture()
    let here = try await local.run("nightly", localPlan, "--seed", "11", "--executor", "local")
    #expect(here.code == 1, "\(here.talk)")
    let expected = try await trials(local)
    #expect(expected.count == 16 && expected.contains { $0.contains(" fail ") }, "\(expected)")

    let cluster = try LoopbackCluster()
    let (zlab, plan) = try fixture()
    let process = try zlab.start(["nightly", plan, "--seed", "11"], cluster.environment)
    process.say("")
    while process.isRunning, try processes(cluster, guests: true).isEmpty {
      try await Task.sleep(for: .milliseconds(50))
    }
    for worker in try processes(cluster, guests: false).prefix(1) { kill(worker, SIGKILL) }
    process.signal(SIGKILL)
    let killed = await process.end()
    #expect(killed.code == 128 + SIGKILL, "\(killed.talk)")
    let there = try await zlab.run("nightly", "--resume", "latest", environment: cluster.environment)
    #expect(there.code == 1, "\(there.talk)")
    #expect(try await trials(zlab) == expected)
    // A worker whose results came second ends too, and no guest stays.
    for guests in [false, true] {
      while try !processes(cluster, guests: guests).isEmpty { try await Task.sleep(for: .milliseconds(100)) }
    }
  }
}
