import FakeLab
import Foundation
import Guest
import Model
import ResultStore
import Runs
import Storage
import Synchronization
import TestSupport
import Testing
import Trials

/// Parts of a run that are made without a database, and joined.
@Suite final class ShardTests {
  let home = FileManager.default.temporaryDirectory.appending(path: "zlab-shard-\(UUID().uuidString)")
  var folders: Locations { Locations(environment: ["ZLAB_HOME": home.path]) }
  deinit { try? FileManager.default.removeItem(at: home) }

  private func request(seed: UInt64 = 5, trials: Int = 9) throws -> RunRequest {
    let text = "{schema: zlab.scenario/1, name: t, summary: s, actors: [{program: a}], settle: 20ms, duration: 600s}"
    let kernel = KernelRecord(id: "abc0", name: "k", release: "6.1", origin: "", created: Date())
    let image = ImageRecord(id: "def0", name: "mini", kernel: "abc0", size: 1, created: Date())
    var limits = TrialLimits()
    (limits.boot, limits.plug, limits.silence) = (.seconds(600), .seconds(600), .seconds(600))
    var request = RunRequest(
      scenario: try Scenario(parsing: text, file: "t"), kernel: kernel, image: image, kernelPath: "", initramfsPath: "",
      emulator: "", goal: RunGoal(trials: trials), jobs: 2, seed: seed, start: .booted, limits: limits,
      command: "zlab run t")
    request.host = ["zlab": "1", "qemu": "7.2"]
    return request
  }

  /// Every third trial fails, by its number; a few of these leave a core.
  private var lab: FakeHost {
    FakeHost { _, spec in
      let number = Int(spec.name.split(separator: "-").last ?? "") ?? 0
      return number % 3 == 0 ? .panics(warning(in: "fake_\(number)")) : .clean
    }
  }

  private func results(_ name: String) -> ResultFolder { ResultFolder(home.appending(path: name).path) }

  private func makePart(_ part: String, of request: RunRequest, into name: String, host: FakeHost) async throws {
    var request = request
    request.cores = 1
    let executor = BatchExecutor(
      request, job: request.job(), into: results(name), host: host, folders: folders, freeMemory: { nil }
    ) { _ in }
    let ended = try await executor.runShard(try #require(TrialNumbering(part)))
    #expect(ended.run.state == .finished)
    #expect(host.alive == 0)
  }

  private func importing(_ names: [String], _ store: ResultStore) async throws -> ResultImport.Outcome {
    let sources = names.map { results($0) }
    return try await ResultImport(store, folders).take(
      sources, of: try ResultImport.job(of: sources), limits: ResultLimits(memory: 512))
  }

  @Test func `parts that are joined equal the run in one piece, and a second import changes nothing`() async throws {
    let store = try ResultStore(folders)
    let whole = try await RunExecutor(
      try request(), host: lab, store: store, folders: folders, freeMemory: { nil }
    ) { _ in }.begin()
    for part in ["1/2", "2/2"] {
      try await makePart(part, of: try request(), into: part.replacing("/", with: "-"), host: lab)
    }
    let outcome = try await importing(["1-2", "2-2"], store)
    #expect((outcome.added, outcome.known, outcome.skipped) == (9, 0, []))
    #expect(outcome.run.state == .finished)
    let (joined, local) = (try store.trials(of: outcome.run.id), try store.trials(of: whole.id))
    #expect(joined.map(\.number) == Array(1...9))
    #expect(joined.map(\.findings) == local.map(\.findings))
    #expect(joined.map(\.seed) == local.map(\.seed))
    #expect(joined.map(\.verdict) == local.map(\.verdict))
    for number in 1...9 {
      let consoles = try [outcome.run, whole].map {
        try Data(contentsOf: URL(fileURLWithPath: $0.consoleLog(ofTrial: number)))
      }
      #expect(consoles[0] == consoles[1] && !consoles[0].isEmpty)
    }
    // One core of each part, which came along.
    let cores = joined.compactMap(\.core)
    #expect(cores.count == 2)
    for core in cores { #expect(FileManager.default.fileExists(atPath: outcome.run.folder + "/" + core)) }
    let again = try await importing(["2-2", "1-2", "1-2"], store)
    #expect((again.added, again.known) == (0, 14))
    #expect(try store.trials(of: outcome.run.id) == joined)
  }

  @Test func `a part that is begun again makes only what has no result`() async throws {
    try await makePart("1/1", of: try request(trials: 4), into: "part", host: lab)
    try FileManager.default.removeItem(atPath: results("part").path + "/trial-0002")
    let host = lab
    try await makePart("1/1", of: try request(trials: 4), into: "part", host: host)
    #expect(host.specs.map(\.name).allSatisfy { $0.hasSuffix("-2") } && host.specs.count == 1)
    #expect(results("part").numbers() == [1, 2, 3, 4])
  }

  @Test func `a part goes neither into a folder of another cell nor into one of other files`() async throws {
    try await makePart("1/1", of: try request(trials: 1), into: "part", host: lab)
    let other = await #expect(throws: RequestError.self) {
      try await self.makePart("1/1", of: try self.request(seed: 6, trials: 1), into: "part", host: self.lab)
    }
    #expect(other?.problem.contains("seed 6, not 5") == true)
    try await makePart("1/1", of: try request(seed: 6, trials: 1), into: "other", host: lab)
    let mixed = await #expect(throws: RequestError.self) {
      try await self.importing(["part", "other"], try ResultStore(self.folders))
    }
    #expect(mixed?.problem.contains("different cells: seed 6, not 5") == true)
    try makeFolder(home.appending(path: "mine"))
    try Data("mine".utf8).write(to: home.appending(path: "mine/file"))
    await #expect(throws: RequestError.self) {
      try await self.makePart("1/1", of: try self.request(), into: "mine", host: self.lab)
    }
  }

  /// Damage to the result of trial 3, which fails.
  enum Damage: CaseIterable {
    case cutConsole, noConsole, plainConsole, linkedConsole, fifo, bomb, linkedFolder, otherNumber, otherSeed, otherRun
    case noJSON, cutJSON, verdict, signature, pathOutside, pathAbsolute, pathOfConsole, hugeFile, folderAsFile, duration
  }

  @Test(arguments: Damage.allCases)
  func `a damaged or hostile result is left out, and a resumed run makes the trial again`(_ damage: Damage) async throws
  {
    try await makePart("1/1", of: try request(trials: 3), into: "part", host: lab)
    try await self.damage(damage)
    let store = try ResultStore(folders)
    let outcome = try await importing(["part"], store)
    #expect((outcome.added, outcome.skipped.count) == (2, 1), "\(outcome.skipped)")
    #expect(outcome.run.state == .interrupted)
    #expect(try store.trials(of: outcome.run.id).map(\.number) == [1, 2])
    let files = try FileManager.default.contentsOfDirectory(atPath: outcome.run.folder).sorted()
    #expect(files == ["lock", "trial-0001", "trial-0002"])
    #expect(try String(contentsOf: home.appending(path: "secret"), encoding: .utf8) == "secret")
    var request = try request(trials: 3)
    request.cores = 0
    let whole = try await RunExecutor(
      request, host: lab, store: store, folders: folders, freeMemory: { nil }
    ) { _ in }.resume(outcome.run)
    #expect(whole.state == .finished)
    #expect(try store.trials(of: whole.id).map(\.verdict) == [.pass, .pass, .fail])
  }

  private func damage(_ damage: Damage) async throws {
    let secret = home.appending(path: "secret")
    try Data("secret".utf8).write(to: secret)
    let folder = home.appending(path: "part/trial-0003")
    let (console, json) = (folder.appending(path: "console.log.gz"), folder.appending(path: "trial.json"))
    let files = FileManager.default
    func edit(_ old: String, _ new: String) throws {
      let text = try String(contentsOf: json, encoding: .utf8)
      let edited = text.replacingOccurrences(of: old, with: new, options: .regularExpression)
      try #require(edited != text)
      try Data(edited.utf8).write(to: json)
    }
    func run(_ words: String...) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c"] + words
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }
    switch damage {
    case .cutConsole: try Data(contentsOf: console).dropLast(9).write(to: console)
    case .noConsole: try files.removeItem(at: console)
    case .plainConsole: try Data("no gzip".utf8).write(to: console)
    case .linkedConsole:
      try files.removeItem(at: console)
      try files.createSymbolicLink(at: console, withDestinationURL: secret)
    case .fifo:
      try files.removeItem(at: console)
      mkfifo(console.path, 0o600)
    case .bomb: try run("head -c 80000000 /dev/zero | gzip >'\(console.path)'")
    case .linkedFolder:
      try files.moveItem(at: folder, to: home.appending(path: "elsewhere"))
      try files.createSymbolicLink(at: folder, withDestinationURL: home.appending(path: "elsewhere"))
    case .otherNumber: try edit(#""number" : 3"#, #""number" : 2"#)
    case .otherSeed: try edit(#""seed" : [0-9]+"#, #""seed" : 1"#)
    case .otherRun: try edit(#""run" : "[0-9a-f]+""#, #""run" : "00000000""#)
    case .noJSON: try files.removeItem(at: json)
    case .cutJSON: try Data(contentsOf: json).dropLast(30).write(to: json)
    case .verdict: try edit(#""verdict" : "fail""#, #""verdict" : "pass""#)
    case .signature: try edit(#""signature" : "[0-9a-f]+""#, #""signature" : "../../../secret""#)
    case .pathOutside: try edit(#""core" : "[^"]*""#, #""core" : "trial-0003/../../secret""#)
    case .pathAbsolute: try edit(#""core" : "[^"]*""#, #""core" : "/etc/passwd""#)
    case .pathOfConsole: try edit(#""core" : "[^"]*""#, #""core" : "trial-0003/console.log""#)
    case .hugeFile: try run("truncate -s 9G '\(folder.path)/core.elf'")
    case .folderAsFile:
      try files.removeItem(at: folder.appending(path: "core.elf"))
      try makeFolder(folder.appending(path: "core.elf"))
    case .duration: try edit(#""duration" : [0-9.e-]+"#, #""duration" : -1e99"#)
    }
  }

  @Test func `a run of this id that is of another cell is not joined with`() async throws {
    try await makePart("1/1", of: try request(trials: 1), into: "part", host: lab)
    let store = try ResultStore(folders)
    var job = try results("part").job()
    let id = job.run.id
    job.run.seed = 99
    try store.add(job.run)
    let error = await #expect(throws: RequestError.self) { try await self.importing(["part"], store) }
    #expect(error?.problem.contains("another run \(id)") == true)
    #expect(try store.trials(of: id).isEmpty)
  }
}

@Suite struct TrialNumberingTests {
  @Test(arguments: ["0/2", "3/2", "1/0", "1", "a/b", "1/2/3", "-1/2", "1/10001"])
  func `only a part of a whole is one`(_ text: String) { #expect(TrialNumbering(text) == nil) }

  @Test func `parts share a goal without a rest`() throws {
    for trials in 0...20 {
      for step in 1...7 {
        let ledgers = try (1...step).map { first in
          let part = try #require(TrialNumbering("\(first)/\(step)"))
          var ledger = TrialScheduler(goal: part.share(of: RunGoal(trials: trials)), earlier: [], numbering: part)
          var numbers: [Int] = []
          while let number = ledger.next() { numbers.append(number) }
          return numbers
        }
        #expect(ledgers.joined().sorted() == Array(1..<(trials + 1)))
      }
    }
  }
}
