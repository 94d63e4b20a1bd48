import ArgumentParser
import Blocking
import DmesgOptions
import Foundation
import KernelLogs
import Nightly
import Records
import Reports
import Symbolizer

struct DmesgCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dmesg",
    abstract: "Extract kernel reports (WARN, BUG, oops, panic, lockdep, ...) from a log.",
    discussion: """
      Prints nothing and exits 0 when there is no finding; exits 1 when there is one.
      Reads any container: consoles, dmesg, journals, syslog, mails, gzip, xz, zstd
      (docs/log-formats.md has all). As a gate in CI see docs/ci.md.
      With --vmlinux, call traces have source lines and inlined functions; signatures
      stay the same.

        zlab dmesg console.log
        ssh lpar dmesg | zlab dmesg --format json - | jq '.findings[].title'
        zlab dmesg --vmlinux build/vmlinux --modules build console.log
        zlab dmesg --format junit --allow known.yaml console.log.gz > dmesg.xml
      """)

  @OptionGroup var options: DmesgOptions

  @Option(
    help: ArgumentHelp(
      "The vmlinux of the very kernel that printed the logs, with debug information: adds source lines and inlined "
        + "functions. One of another build is refused.", valueName: "file"), completion: .file())
  var vmlinux: String?

  @Option(
    help: ArgumentHelp(
      "Where the modules of that kernel are, with debug information (.ko, .ko.debug, also packed).",
      valueName: "folder"), completion: .directory)
  var modules: String?

  @Flag(inversion: .prefixedNo, help: "Read the vmlinux and modules in a sandbox: a stranger can have built them.")
  var sandbox = true

  func validate() throws {
    if modules != nil, vmlinux == nil { throw ValidationError("--modules needs --vmlinux") }
    if options.follow, vmlinux != nil { throw ValidationError("--follow cannot be symbolized: leave --vmlinux out") }
  }

  func run() async throws {
    let symbolizer = try vmlinux.map { try Symbolizer(vmlinux: $0, modules: modules, isBoxed: sandbox) }
    let issues = try options.allow.map { try knownIssues($0) } ?? []
    let printer = SharedPrinter(
      DmesgPrinter(options, issues: issues, style: .forTerminal, version: zlabVersion, put: put, say: say))
    for name in options.names {
      let log = try await read(name, printer)
      guard let symbolizer else {
        try printer.use { try $0.add(log) }
        continue
      }
      let result = try await symbolizer.symbolize(log.findings, boots: log.boots, log: log.name)
      for remark in result.remarks { say("zlab: \(remark)") }
      try printer.use { try $0.add(log, result.findings) }
    }
    switch try printer.use({ try $0.finish() }) {
    // A log that was followed to a signal was not interrupted: that is its end.
    case .clean: if options.follow { throw ExitStatus.pass.exit }
    case .found: throw ExitStatus.kernelFailed.exit
    case .noMarker: throw ExitStatus.inconclusive.exit
    }
  }

  private func knownIssues(_ file: String) throws -> [KnownIssueRecord] {
    guard let data = FileManager.default.contents(atPath: file) else { throw RequestError("cannot read \(file)") }
    return try readKnownIssues(String(decoding: data, as: UTF8.self), file: file)
  }

  /// Reads a log on a thread that a cancellation ends within 100 ms.
  private func read(_ name: String, _ printer: SharedPrinter) async throws -> KernelLog {
    let stop = StopFlag()
    let reading = options.reading
    let log = try await withTaskCancellationHandler {
      try await BlockingThread(name: "log").run { () throws -> KernelLog in
        var reader = try LogReader(name, reading)
        var failure: (any Error)?
        let log = try reader.read(until: { stop.isSet || failure != nil }) { findings, kernel in
          do {
            try printer.use { try $0.add(findings, of: name, kernel: kernel) }
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
        return log
      }
    } onCancel: {
      stop.set()
    }
    if !options.follow { try Task.checkCancellation() }
    return log
  }
}

/// The printer, which the thread that reads a growing log shares with the command.
private final class SharedPrinter: Sendable {
  private let lock = NSLock()
  // Only used under the lock.
  private nonisolated(unsafe) var printer: DmesgPrinter

  init(_ printer: DmesgPrinter) { self.printer = printer }

  func use<Value>(_ body: (inout DmesgPrinter) throws -> Value) rethrows -> Value {
    try lock.withLock { try body(&printer) }
  }
}
