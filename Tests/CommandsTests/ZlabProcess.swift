import Foundation
import Testing

/// Result of a run of the built binary.
struct ZlabResult: Sendable {
  let code: Int32
  let output: String
  let talk: String
}

/// The built binary with folders of its own: results and sockets are a test's, fetched kernels and packages the user's.
final class ZlabFixture {
  let home: URL
  private let runtime: URL

  init() throws {
    // A shell's background job ignores it, so would its children, and zlab honours that.
    signal(SIGINT, SIG_DFL)
    // A binary that is killed no longer reads what is written to it.
    signal(SIGPIPE, SIG_IGN)
    let number = String(UInt32.random(in: .min ... .max), radix: 16)
    home = FileManager.default.temporaryDirectory.appending(path: "zlab-test-\(number)")
    // Short, because sockets lie below it.
    runtime = URL(fileURLWithPath: "/tmp/zt-\(number)")
    for folder in [home, runtime] {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
  }

  deinit {
    for process in (try? emulators()) ?? [] { kill(process, SIGKILL) }
    for folder in [home, runtime] { try? FileManager.default.removeItem(at: folder) }
  }

  /// Starts the binary and returns at once.
  func start(_ arguments: [String], _ environment: [String: String] = [:]) throws -> ZlabProcess {
    try ZlabProcess(arguments, environment: self.environment.merging(environment) { $1 }, log: home)
  }

  /// Runs the binary to its end.
  func run(_ arguments: String..., environment: [String: String] = [:], input: String = "") async throws -> ZlabResult {
    let process = try start(arguments, environment)
    process.say(input)
    return await process.end()
  }

  /// Runs the binary as part of a shell's command line, which begins with its arguments.
  func shell(_ line: String) async throws -> ZlabResult {
    let process = try ZlabProcess(
      ["-c", "\(ZlabProcess.binary.path) \(line)"], environment: environment, log: home,
      executable: URL(fileURLWithPath: "/bin/bash"))
    process.say("")
    return await process.end()
  }

  /// Starts the binary on a terminal of its own, whose keys are what is typed.
  /// - Parameter arguments: of words without spaces.
  func startOnTerminal(_ arguments: String...) throws -> ZlabProcess {
    let line = ([ZlabProcess.binary.path] + arguments).joined(separator: " ")
    return try ZlabProcess(
      ["-qec", line, "/dev/null"], environment: environment, log: home,
      executable: URL(fileURLWithPath: "/usr/bin/script"))
  }

  /// Waits for the console of the first trial of the only run.
  func consoleOfTheOnlyTrial(under state: String? = nil) async throws -> URL {
    let runs = URL(fileURLWithPath: state ?? home.path).appending(path: "zlab/runs")
    while true {
      for run in (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? [] {
        let console = runs.appending(path: "\(run)/trial-0001/console.log")
        if FileManager.default.fileExists(atPath: console.path) { return console }
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  var environment: [String: String] {
    ["XDG_STATE_HOME": home.path, "XDG_RUNTIME_DIR": runtime.path, "NO_COLOR": "1", "ZLAB_HOME": ""]
  }

  /// The process numbers of the QEMUs that this fixture's binary started: guests, and those that libvirt asks what they
  /// can do.
  /// - Parameter guestsOnly: leaves out the latter, and guests that are booted to be saved.
  func emulators(guestsOnly: Bool = false) throws -> [pid_t] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { process in
      guard let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
      func names(_ mark: String) -> Bool { words.range(of: Data(mark.utf8)) != nil }
      guard words.split(separator: 0).first?.range(of: Data("qemu-system".utf8)) != nil, names(runtime.path) else {
        return false
      }
      return !guestsOnly || names("guest=zlab-") && !names("guest=zlab-save-")
    }
  }

  /// What lies in the runtime folder, as paths relative to it.
  func runtimeFiles() -> [String] { (try? FileManager.default.subpathsOfDirectory(atPath: runtime.path)) ?? [] }

  /// The user's cache, which the binary uses unless `ZLAB_HOME` says otherwise.
  var cache: URL {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return URL(fileURLWithPath: (base ?? (environment["HOME"] ?? "/") + "/.cache") + "/zlab")
  }

  /// Links parts of the user's cache into the one below `home`, which `ZLAB_HOME` makes the binary's.
  func borrowCache(_ names: [String]) throws {
    let user = cache.path
    let cache = home.appending(path: "cache")
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    for name in names {
      try FileManager.default.createSymbolicLink(
        atPath: cache.appending(path: name).path, withDestinationPath: "\(user)/\(name)")
    }
  }

  /// Writes a scenario whose one actor sleeps.
  func sleeping(seconds: Int) throws -> String {
    let path = home.appending(path: "sleep.yaml").path
    let text = """
      schema: zlab.scenario/1
      name: sleep
      summary: Sleeps.
      actors: [{program: sleep, arguments: ["\(seconds)"]}]
      duration: 120s
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
}

extension ZlabFixture {
  // Deterministic, because the seed alone decides which guest crashes itself.
  private static let crash = """
    schema: zlab.scenario/1
    name: crash
    summary: Crashes by its seed.
    guest: {cpus: 1, memory: 256}
    actors: [{program: sh, arguments: [-c, "[ $((${seed} % 3)) != 0 ] || echo c > /proc/sysrq-trigger"]}]
    duration: 60s
    settle: 200ms
    """

  /// Writes a plan beside a scenario, crash.yaml, which crashes a third of its guests.
  func planOfCrashes(_ plan: String) throws -> String {
    for (name, text) in [("crash.yaml", Self.crash), ("plan.yaml", plan)] {
      try Data(text.utf8).write(to: home.appending(path: name))
    }
    return home.appending(path: "plan.yaml").path
  }
}

/// One running process of the built binary.
final class ZlabProcess {
  private let process = Process()
  private let input = Pipe()
  private let output: URL
  private let talk: URL

  /// The binary lies beside the test bundle.
  static let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "zlab")

  init(_ arguments: [String], environment: [String: String], log: URL, executable: URL = binary) throws {
    let number = UInt32.random(in: .min ... .max)
    output = log.appending(path: "out-\(number)")
    talk = log.appending(path: "talk-\(number)")
    for file in [output, talk] { try Data().write(to: file) }
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: talk)
    try process.run()
  }

  /// Writes to its standard input and closes it.
  func say(_ text: String) {
    try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try? input.fileHandleForWriting.close()
  }

  /// Writes to its standard input, which stays open.
  func type(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  /// Waits until it has printed `words`, or has ended.
  func waitUntilPrinted(_ words: String) async throws {
    while process.isRunning, !printed.contains(words) { try await Task.sleep(for: .milliseconds(50)) }
    #expect(printed.contains(words), "\(printed.suffix(2000))")
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Standard error so far.
  var said: String { (try? String(contentsOf: talk, encoding: .utf8)) ?? "" }

  /// Standard output so far.
  var printed: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

  var isRunning: Bool { process.isRunning }

  /// Waits until it says `words`, or has ended.
  func wait(for words: String) async throws {
    while process.isRunning, !said.contains(words) { try await Task.sleep(for: .milliseconds(20)) }
    #expect(said.contains(words))
  }

  func end() async -> ZlabResult {
    while process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
    return ZlabResult(code: code, output: text, talk: said)
  }
}

/// The stock kernels, fetched once for all tests that boot one.
actor StockKernels {
  static let shared = StockKernels()
  private var fetches: [String: Task<ZlabResult, any Error>] = [:]

  /// Fetches a release's kernel unless this process has; whoever comes meanwhile waits for it.
  func need(_ release: String) async throws {
    let fetch =
      fetches[release] ?? Task { try await ZlabFixture().run("kernel", "fetch", "debian:\(release)") }
    fetches[release] = fetch
    let result = try await fetch.value
    try skipWithoutArchive(result)
    try #require(result.code == 0, "\(result.talk)")
  }
}

/// Ends the test, told as skipped, when Debian's archive cannot be had or is between two states: no fault of zlab's.
func skipWithoutArchive(_ result: ZlabResult) throws {
  let isOut = ["cannot refresh the lists of Debian", "cannot reach the Debian mirror"].contains(
    where: result.talk.contains)
  guard result.code == 69, isOut else { return }
  #if compiler(>=6.3)
    try Test.cancel("Debian's archive cannot be had: \(result.talk)")
  #endif
}
