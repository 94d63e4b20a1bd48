import Foundation
import Testing

/// Every command that takes a scenario, with one that is a file and has an image of its own; and then every command
/// line that each of them prints, from another folder. Real guests; building a kernel is only pretended.
@Suite(.serialized) struct ScenarioCommandTests {
  private let zlab: ZlabFixture
  private let history: KernelHistory
  /// The folder in which commands are called, with `own.yaml` and `own/recipe.yaml` in it.
  private let work: URL
  private let elsewhere: URL

  init() async throws {
    zlab = try ZlabFixture()
    (work, elsewhere) = (zlab.home.appending(path: "work"), zlab.home.appending(path: "elsewhere"))
    for folder in [work, elsewhere] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    let bad = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio"])
    let good = try await zlab.builtKernel(["known-bad-iommu", "known-bad-vfio", "fix-vfio"])
    try zlab.borrowCache(["libvirt", "packages"])
    history = try await KernelHistory(in: zlab.home, good: good, bad: bad, count: 4, culprit: 3, broken: [])
    try makeRecipe()
    // zlab's builds have the first digits of their id for a host's name, which a kernel prints.
    let id = URL(fileURLWithPath: bad).deletingLastPathComponent().lastPathComponent
    try makeScenario(badHost: String(id.prefix(12)))
  }

  private var own: [String: String] { ["ZLAB_HOME": zlab.home.path] }

  // As mini, but with one more name for busybox: who has it is in the scenario's own image.
  private func makeRecipe() throws {
    let images = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "images/mini")
    let recipe = work.appending(path: "own")
    try FileManager.default.copyItem(at: images, to: recipe)
    let file = recipe.appending(path: "recipe.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    try Data(text.replacing("applets: [\n", with: "applets: [\n  bunzip2,\n").utf8).write(to: file)
  }

  private func makeScenario(badHost: String) throws {
    try Data(
      """
      schema: zlab.scenario/1
      name: own
      summary: Fails on bad kernels, and where it is told to, in an image of its own.
      guest: {image: ./own, memory: 256}
      parameters: {result: "ok", knob: "1"}
      actors:
        - name: suite
          program: sh
          arguments:
            - -c
            - |
              test -e /bin/bunzip2 || exit 3
              result="${result}"
              if grep -q '@\(badHost)' /proc/version; then result="not ok"; fi
              printf "TAP version 13\\n1..1\\n$result 1 it\\n"
          output: ktap
      """.utf8
    ).write(to: work.appending(path: "own.yaml"))
  }

  private func run(_ line: String, in folder: URL? = nil) async throws -> String {
    let binary = ZlabProcess.binary.deletingLastPathComponent().path
    return try await KernelHistory.shell(
      "PATH=\(binary):$PATH; \(line); echo \"exit $?\"", in: folder ?? work, zlab.environment.merging(own) { $1 })
  }

  private func object(_ line: String) async throws -> [String: Any] {
    let text = try await run(line + " 2>/dev/null | sed '$!b;/^exit/d'")
    let json = text.replacing(/exit \d+\n$/, with: "")
    return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any], "\(line)\n\(text)")
  }

  /// Runs a command line that zlab printed, in another folder, and looks at the verdict of all its trials.
  private func again(_ command: String, verdict: String) async throws {
    #expect(!command.contains("own.yaml") || command.contains(" /"), "\(command)")
    let words = command.replacing(/--trials \d+/, with: "--trials 1")
    let result = try await run(words, in: elsewhere)
    #expect(result.contains(verdict == "fail" ? "exit 1" : "exit 0"), "\(words)\n\(result)")
    let report = try await object("zlab report latest --format json")
    let trials = try #require(report["trials"] as? [[String: Any]])
    // A guest without the image's own program is a miss.
    #expect(!trials.isEmpty && trials.allSatisfy { $0["verdict"] as? String == verdict }, "\(words)\n\(result)")
  }

  private func kernel() async throws -> String {
    let built = try await object(
      "zlab kernel build \(history.folder.path) --rev \(history.commits[0]) --name k --format json")
    return try #require(built["id"] as? String)
  }

  @Test func `run, resume, replay, report and sweep`() async throws {
    _ = try await kernel()
    let run = try await object("zlab run ./own.yaml --kernel k --trials 1 --set result='not ok' --format json")
    #expect((run["image"] as? [String: Any])?["name"] as? String == "own")
    try await again(try #require(run["command"] as? String), verdict: "fail")
    let id = try #require(run["id"] as? String)
    try await again("zlab run --replay \(id)/1", verdict: "fail")
    let text = try await self.run("zlab report \(id)", in: elsewhere)
    let printed = text.split(separator: "\n").filter { $0.hasPrefix("  zlab run ") }.map {
      String($0).replacing(#/ {3}trial.*$/#, with: "")
    }
    #expect(printed.count == 2, "\(text)")
    for command in printed { try await again(command, verdict: "fail") }
    // A run that was cut short goes on with its image, and with as many guests at a time.
    let process = try zlab.start(
      ["run", work.appending(path: "own.yaml").path, "--kernel", "k", "--trials", "400", "--jobs", "2"], own)
    process.say("")
    try await process.wait(for: "trial 2: pass")
    process.signal(SIGINT)
    #expect(await process.end().code == 130)
    let resumed = try zlab.start(["run", "--resume", "latest"], own)
    resumed.say("")
    try await resumed.wait(for: "pass")
    resumed.signal(SIGINT)
    #expect(await resumed.end().code == 130)
    let whole = try await object("zlab report latest --format json")
    #expect(!(try #require(whole["trials"] as? [[String: Any]])).contains { $0["verdict"] as? String != "pass" })
    #expect((whole["command"] as? String)?.contains("--jobs 2") == true)

    let sweep = try await object(
      "zlab sweep own.yaml --kernel k --set result='not ok' --parameter knob --from 1 --to 2 --points 2 --trials 1 --max-trials 2 "
        + "--format json")
    let best = try #require(sweep["best"] as? [String: Any])
    try await again(try #require(best["command"] as? String), verdict: "fail")
    let repeated = try await self.run(try #require(sweep["command"] as? String), in: elsewhere)
    #expect(repeated.contains("exit 1"), "\(repeated)")
  }

  @Test func `nightly`() async throws {
    _ = try await kernel()
    try Data(
      """
      schema: zlab.plan/1
      name: own
      sources: [{kernel: k}]
      scenarios: [{scenario: own.yaml, set: {result: not ok}}]
      trials: 1
      left-over: false
      """.utf8
    ).write(to: work.appending(path: "plan.yaml"))
    let night = try await run("zlab nightly plan.yaml")
    #expect(night.contains("exit 1"), "\(night)")
    let report = try await object("zlab report night --format json")
    let cell = try #require((report["cells"] as? [[String: Any]])?.first)
    #expect(cell["state"] as? String == "finished", "\(night)")
    try await again(try #require(cell["command"] as? String), verdict: "fail")
    let repeated = try await run(try #require(report["command"] as? String), in: elsewhere)
    #expect(repeated.contains("exit 1"), "\(repeated)")
  }

  @Test func `verify`() async throws {
    let patch = """
      diff --git a/note b/note
      --- a/note
      +++ b/note
      @@ -1 +1 @@
      -4
      +5

      """
    try Data(patch.utf8).write(to: work.appending(path: "fix.patch"))
    let verified = try await object(
      "zlab verify fix.patch --source \(history.folder.path) --rev main --scenario own.yaml --alpha 0.2 --max-trials 8 "
        + "--set result='not ok' --format json")
    let (before, after) = (verified["before"] as? [String: Any], verified["after"] as? [String: Any])
    #expect(before?["misses"] as? Int == 0 && after?["misses"] as? Int == 0, "\(verified)")
    let side = try #require(before?["run"] as? String)
    let report = try await object("zlab report \(side) --format json")
    try await again(try #require(report["command"] as? String), verdict: "fail")
    let repeated = try await run(try #require(verified["command"] as? String), in: elsewhere)
    #expect(repeated.contains("exit 1"), "\(repeated)")
  }

  @Test func `bisect start, run and status`() async throws {
    let start =
      "zlab bisect start --source \(history.folder.path) --good \(history.commits[0]) --bad main --scenario own.yaml "
      + "--config extra.config --seed 3"
    try Data("# nothing\n".utf8).write(to: work.appending(path: "extra.config"))
    #expect(try await run(start).contains("exit 0"))
    // What the user does with the files meanwhile changes nothing.
    try FileManager.default.removeItem(at: work.appending(path: "own.yaml"))
    let searched = try await run("zlab bisect run", in: elsewhere)
    #expect(!searched.contains("miss"), "\(searched)")
    let status = try await object("zlab bisect status --format json")
    let evidence = try #require(status["evidence"] as? [[String: Any]], "\(searched)")
    #expect(evidence.reduce(0) { $0 + ($1["misses"] as? Int ?? 0) } == 0)
    #expect((status["culprit"] as? [String: Any])?["id"] as? String == history.commits[3], "\(searched)")
    #expect((status["checks"] as? [String])?.count == 4)
    let runs = evidence.flatMap { $0["runs"] as? [String] ?? [] }
    let report = try await object("zlab report \(try #require(runs.first)) --format json")
    let command = try #require(report["command"] as? String)
    let repeated = try await run(command.replacing(/--trials \d+/, with: "--trials 1"), in: elsewhere)
    #expect(repeated.contains("exit 0") || repeated.contains("exit 1"), "\(repeated)")
    for check in status["checks"] as? [String] ?? [] {
      let result = try await run(check.replacing(/--trials \d+/, with: "--trials 1"), in: elsewhere)
      #expect(result.contains("exit 0") || result.contains("exit 1"), "\(check)\n\(result)")
    }
    #expect(try await run("zlab bisect reset").contains("exit 0"))
    let anew = try #require(status["command"] as? String)
    #expect(try await run(anew, in: elsewhere).contains("exit 0"), "\(anew)")
  }

  @Test func `bisect step`() async throws {
    let step = try await run(
      "zlab bisect step --source \(history.folder.path) --scenario own.yaml --set result='not ok' --signature any "
        + "--trials 1")
    #expect(step.contains("exit 1") && step.contains("bad: "), "\(step)")
    let report = try await object("zlab report latest --format json")
    try await again(try #require(report["command"] as? String), verdict: "fail")
  }
}
