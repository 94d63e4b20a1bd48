import Foundation
import Testing

/// Bisections with real guests; building is only pretended, so that they are about everything else.
@Suite(.serialized) struct BisectTests {
  private let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  /// A history in a cache of the test's own, made of the kernels that the tests of `zlab verify` build as well.
  private func history(count: Int, culprit: Int, broken: Set<Int>) async throws -> KernelHistory {
    let bad = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let good = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio", "fix-vfio"])
    try zlab.borrowCache(["libvirt", "packages"])
    return try await KernelHistory(
      in: zlab.home, good: good, bad: bad, count: count, culprit: culprit, broken: broken)
  }

  private var own: [String: String] { ["ZLAB_HOME": zlab.home.path] }

  private func run(_ arguments: String...) async throws -> ZlabResult {
    let process = try zlab.start(["bisect"] + arguments, own)
    process.say("")
    return await process.end()
  }

  // An argument, so that the seed of the moments is shown.
  @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
  func `killed again and again, a search ends right and repeats no trial`(seed: UInt64) async throws {
    let history = try await history(count: 8, culprit: 5, broken: [2])
    let before = try await history.print()
    let start = try await run(
      "start", "--source", history.folder.path, "--good", history.commits[0], "--bad", "main", "--scenario",
      "vfio-detach-race", "--schedule", "icount", "--seed", "7")
    try #require(start.code == 0, "\(start.talk)")
    #expect(start.output.contains("8 commits"))
    var moments = SeededNumbers(seed)
    for _ in 0..<5 {
      let process = try zlab.start(["bisect", "run"], own)
      process.say("")
      try await Task.sleep(for: .milliseconds(Int.random(in: 500...6000, using: &moments)))
      process.signal(SIGKILL)
      _ = await process.end()
      // Read beside a search that may have been cut in the midst of a word.
      #expect(try await run("status").code == 0)
    }
    let end = try await run("run")
    #expect(end.code == 0, "\(end.talk)\n\(end.output)")
    #expect(end.output.contains("\(history.commits[5].prefix(12)) is the culprit"), "\(end.output)")
    try await checkTrials()
    #expect(try await history.print() == before)
    #expect(try zlab.emulators().isEmpty)
    let mail = try await run("log", "--format", "mail")
    #expect(mail.output.hasPrefix("Subject: [REGRESSION] WARNING in "), "\(mail.output)")
    #expect(try await run("reset").code == 0)
    #expect(try await run("status").code == 64)
  }

  @Test func `under a schedule with which each bad kernel fails, few trials find one commit of 32`() async throws {
    let history = try await history(count: 32, culprit: 21, broken: [])
    let schedule = zlab.home.appending(path: "race.yaml")
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    try FileManager.default.copyItem(at: tests.appending(path: "Schedules/vfio-detach.yaml"), to: schedule)
    let start = try await run(
      "start", "--source", history.folder.path, "--good", history.commits[0], "--bad", "main", "--scenario",
      "vfio-detach-race", "--set", "iterations=1", "--schedule", schedule.path, "--seed", "7")
    try #require(start.code == 0, "\(start.talk)")
    // The search works with a copy.
    try FileManager.default.removeItem(at: schedule)
    let end = try await run("run")
    #expect(end.code == 0, "\(end.talk)\n\(end.output)")
    #expect(end.output.contains("\(history.commits[21].prefix(12)) is the culprit"), "\(end.output)")
    #expect(end.output.contains("about 5 trials for 32 commits (log2)"), "\(end.output)")
    let status = try object(try await run("status", "--format", "json").output)
    let evidence = try #require(status["evidence"] as? [[String: Any]])
    #expect(evidence.count <= 9, "\(end.output)")
    #expect(try zlab.emulators().isEmpty)
  }

  /// Each trial of the search is in the results, once, and nothing but them was counted.
  private func checkTrials() async throws {
    let status = try object(try await run("status", "--format", "json").output)
    #expect(status["outcome"] as? String == "found")
    var judged = 0
    for line in try #require(status["evidence"] as? [[String: Any]]) {
      for id in try #require(line["runs"] as? [String]) {
        let report = try object(try await zlab.run("report", id, "--format", "json", environment: own).output)
        let trials = try #require(report["trials"] as? [[String: Any]])
        let numbers = trials.compactMap { $0["number"] as? Int }
        #expect(Set(numbers).count == numbers.count && numbers.count == trials.count)
        judged += trials.count { $0["verdict"] as? String != "miss" }
      }
    }
    #expect((status["done"] as? [String: Any])?["trials"] as? Int == judged)
    let log = try object(try await run("log", "--format", "json").output)
    let entries = try #require(log["lines"] as? [[String: Any]]).compactMap { $0["entry"] as? [String: Any] }
    let built = entries.compactMap { ($0["built"] as? [String: Any])?["commit"] as? String }
    #expect(Set(built).count == built.count, "a commit was built twice")
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  @Test func `git bisect run with zlab as the judge finds it, and skips what does not build`() async throws {
    let history = try await history(count: 6, culprit: 4, broken: [3])
    let words = try await git(history, "zlab bisect step --scenario vfio-detach-race --schedule icount")
    #expect(words.contains("untestable: \(history.commits[3].prefix(12)) does not build"), "\(words)")
    // The broken commit cannot be told from the culprit after it.
    #expect(words.contains("only 'skip'ped commits left") || words.contains("first bad commit could be any of"))
    #expect(words.contains(history.commits[4]) && words.contains(history.commits[3]))
    #expect(try zlab.emulators().isEmpty)
  }

  @Test(arguments: [
    "zlab bisect step --scenario no-such-scenario", "zlab bisect step --no-such-option",
    "zlab bisect step --scenario slot-power-race --emulator /no/emulator --trials 1 --signature any",
  ])
  func `what is wrong with us ends git bisect run and makes no commit bad`(command: String) async throws {
    let folder = zlab.home.appending(path: "history")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try await KernelHistory.shell(
      "git init -q; for n in 1 2 3 4; do git -c user.name=a -c user.email=a@b commit -q --allow-empty -m $n; done",
      in: folder)
    let words = try await KernelHistory.shell(script(command, good: "HEAD~3"), in: folder, environment)
    #expect(words.contains("exit code 192"), "\(words)")
    #expect(!words.contains("is the first bad commit"))
  }

  private func git(_ history: KernelHistory, _ command: String) async throws -> String {
    try await KernelHistory.shell(script(command, good: history.commits[0]), in: history.folder, environment)
  }

  private func script(_ command: String, good: String) -> String {
    "PATH=\(ZlabProcess.binary.deletingLastPathComponent().path):$PATH; "
      + "git bisect start --no-checkout HEAD \(good) && git bisect run \(command)"
  }

  private var environment: [String: String] { zlab.environment.merging(own) { $1 } }
}
