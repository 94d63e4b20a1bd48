import ArgumentParser
import Foundation
import HostTools
import KernelLogs
import LogReports
import Model
import Nightly
import Reports
import Symbolizer

struct DmesgCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dmesg",
    abstract: "Extract kernel reports (WARN, BUG, oops, panic, lockdep, ...) from a log.",
    discussion: """
      Exit status: 0 and no output if there is no finding, 1 if there is one. Reads consoles, dmesg, journals, syslog \
      and mails, also compressed with gzip, xz or zstd; see docs/log-formats.md. To use it in CI, see docs/ci.md. With \
      --vmlinux, call traces get source lines and inlined functions; signatures do not change.

        zlab dmesg console.log
        ssh lpar dmesg | zlab dmesg --format json - | jq '.findings[].title'
        zlab dmesg --vmlinux build/vmlinux --modules build console.log
        zlab dmesg --format junit --allow known.yaml console.log.gz > dmesg.xml
      """)

  @OptionGroup var options: DmesgOptions
  @OptionGroup var color: ColorOption

  @Option(
    help: ArgumentHelp(
      "vmlinux with debug info of the kernel that printed the log: adds source lines and inlined functions. A vmlinux of "
        + "another build is refused", valueName: "file"), completion: .file())
  var vmlinux: String?

  @Option(
    help: ArgumentHelp(
      "Directory with the modules of that kernel, with debug info (.ko or .ko.debug, also compressed)",
      valueName: "folder"), completion: .directory)
  var modules: String?

  @Flag(inversion: .prefixedNo, help: "Read the vmlinux and modules in a sandbox")
  var sandbox = true

  func validate() throws {
    if modules != nil, vmlinux == nil { throw ValidationError("--modules requires --vmlinux") }
    if options.follow, vmlinux != nil { throw ValidationError("--follow and --vmlinux are mutually exclusive") }
  }

  func run() async throws {
    let symbolizer = try vmlinux.map { try Symbolizer(vmlinux: $0, modules: modules, isBoxed: sandbox) }
    let issues = try options.allow.map { try knownIssues($0) } ?? []
    let printer = SharedPrinter(
      DmesgPrinter(
        options, issues: issues, style: .forTerminal, version: zlabVersion, put: printResult, say: printStatus))
    for name in options.names {
      let log = try await read(name, printer)
      guard let symbolizer else {
        try printer.use { try $0.add(log) }
        continue
      }
      let result = try await symbolizer.symbolize(log.findings, boots: log.boots, log: log.name)
      for remark in result.remarks { printStatus("zlab: \(remark)") }
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
