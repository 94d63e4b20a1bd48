import Foundation
import Model
import ResultStore
import Storage
import Testing

@Suite final class ResultStoreTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-store-\(UUID().uuidString)")
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }

  deinit { try? FileManager.default.removeItem(at: home) }

  private func run(_ id: String, at time: Double = 0) -> Run {
    let kernel = KernelRecord(id: "k", name: "k", release: "6.1", origin: "", created: Date(timeIntervalSince1970: 0))
    let image = ImageRecord(id: "i", name: "mini", kernel: "k", size: 1, created: Date(timeIntervalSince1970: 0))
    return Run(
      id: id, scenario: "s", scenarioText: "", kernel: kernel, image: image, seed: .max, goal: RunGoal(trials: 3),
      parameters: [:], confidence: 0.95,
      started: Date(timeIntervalSince1970: time), command: "zlab run s", folder: folders.run(id).path,
      host: ["qemu": "7.2"])
  }

  private func trial(_ number: Int) -> Trial {
    var trial = Trial(number: number, seed: .max - 1, started: Date(timeIntervalSince1970: 5))
    trial.verdict = .fail
    trial.findings = [
      Finding(kind: .oops, title: "Oops in f", function: "f", message: "m", firstLine: 3, lastLine: 9, signature: "ab")
    ]
    return trial
  }

  @Test func `what was put in comes out, also after reopening`() throws {
    let store = try ResultStore(folders)
    try store.add(run("aa11"))
    try store.add(trial(2), to: "aa11")
    try store.add(trial(1), to: "aa11")
    let again = try ResultStore(folders)
    #expect(try again.run("aa") == run("aa11"))
    #expect(try again.trials(of: "aa11") == [trial(1), trial(2)])
  }

  @Test func `what kernels show without patches is told from what patched ones show`() throws {
    let store = try ResultStore(folders)
    try store.add(run("aa11"))
    try store.add(trial(1), to: "aa11")
    var patched = run("bb22")
    patched.kernel.id = "k2"
    patched.kernel.build = BuildRecord(
      source: "debian:6.1", tree: "t", patches: [BuiltPatch(subject: "p", file: "p.patch", how: "exact")],
      fragments: [],
      missing: [], toolchain: "gcc", sandboxed: true, objects: 1, seconds: 1, cpuSeconds: 1, cacheHits: 0,
      cacheMisses: 0)
    try store.add(patched)
    var other = trial(1)
    other.findings[0].signature = "cd"
    try store.add(other, to: "bb22")
    #expect(try store.signaturesOfUnpatchedKernels(line: kernelLine("6.1")) == ["ab"])
    #expect(try store.signaturesOfUnpatchedKernels(line: "9.9").isEmpty)
  }

  @Test func `a trial cannot be counted twice, nor belong to no run`() throws {
    let store = try ResultStore(folders)
    try store.add(run("aa11"))
    try store.add(trial(1), to: "aa11")
    #expect(throws: LabError.self) { try store.add(trial(1), to: "aa11") }
    #expect(throws: LabError.self) { try store.add(trial(1), to: "bb22") }
    #expect(try store.trials(of: "aa11").count == 1)
  }

  @Test func `latest is the newest, and letters must fit one run`() throws {
    let store = try ResultStore(folders)
    #expect(throws: RequestError.self) { try store.run("latest") }
    try store.add(run("aa11", at: 20))
    try store.add(run("aa22", at: 10))
    #expect(try store.run("latest").id == "aa11")
    #expect(throws: RequestError("'aa' fits several runs: aa11, aa22")) { try store.run("aa") }
    #expect(throws: RequestError.self) { try store.run("%") }
  }

  @Test func `a changed run is kept`() throws {
    let store = try ResultStore(folders)
    var changed = run("aa11")
    try store.add(changed)
    changed.state = .finished
    changed.ended = Date(timeIntervalSince1970: 60)
    try store.update(changed)
    #expect(try store.runs(limit: 5) == [changed])
  }

  @Test func `a file that is no database is set aside unchanged, and the next store begins with none`() throws {
    try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
    let file = folders.state.appending(path: "results.sqlite")
    let rubbish = Data(repeating: 7, count: 5000)
    try rubbish.write(to: file)
    let error = #expect(throws: LabError.self) { try ResultStore(folders) }
    #expect(error?.problem.contains(file.path) == true)
    let names = try FileManager.default.contentsOfDirectory(atPath: folders.state.path)
    let aside = try #require(names.first { $0.hasPrefix("results.damaged-") && $0.hasSuffix(".sqlite") })
    #expect(error?.problem.contains(aside) == true)
    #expect(try Data(contentsOf: folders.state.appending(path: aside)) == rubbish)
    #expect(try ResultStore(folders).runs(limit: 1).isEmpty)
  }

  @Test func `damage in the middle is found by a check and set aside`() throws {
    let store = try ResultStore(folders)
    try store.add(run("aa11"))
    for number in 1...300 { try store.add(trial(number), to: "aa11") }
    _ = try store.compact()
    #expect(try store.check().defects.isEmpty)
    let file = folders.state.appending(path: "results.sqlite")
    var bytes = try Data(contentsOf: file)
    let middle = bytes.count / 2
    bytes.replaceSubrange(middle..<middle + 8192, with: Data(repeating: 0xff, count: 8192))
    try bytes.write(to: file)
    let error = #expect(throws: LabError.self) { try ResultStore(folders).check() }
    #expect(error?.problem.contains("set aside") == true)
    #expect(try ResultStore(folders).runs(limit: 1).isEmpty)
  }
}
