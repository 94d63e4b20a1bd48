import ArgumentParser
import Glibc
import KernelLogs
import LogReports
import Model
import Synchronization
import TextOutput

/// `zlab dmesg` without the lab: one small file that runs on any Linux, see docs/ci.md.
@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zlab-dmesg",
    abstract: "Extract kernel reports (WARN, BUG, oops, panic, lockdep, ...) from a log.",
    discussion: """
      Prints nothing and exits 0 when there is no finding; exits 1 when there is one.
      The same as `zlab dmesg`, without source lines.

        zlab-dmesg console.log
        zlab-dmesg --format junit --allow known.yaml serial.log.gz > dmesg.xml
        zlab-dmesg --follow --format github console.log
      """,
    version: zlabVersion)

  @OptionGroup var options: DmesgOptions

  func run() throws {
    Interruption.listen(isGraceful: options.follow)
    do {
      try readAll()
    } catch let error as RequestError {
      tell("zlab-dmesg: \(error)")
      throw ExitCode(64)
    }
  }

  private func readAll() throws {
    var printer = DmesgPrinter(
      options, issues: try issues(), style: Style(colour: isColourWanted), version: Self.configuration.version,
      put: write, say: tell)
    var failure: (any Error)?
    for name in options.names {
      var reader = try LogReader(name, options.reading)
      let log = try reader.read(until: { Interruption.arrived || failure != nil }) { findings, kernel in
        do { try printer.add(findings, of: name, kernel: kernel) } catch { failure = error }
      }
      if let failure { throw failure }
      try printer.add(log)
    }
    switch try printer.finish() {
    case .clean: break
    case .found: throw ExitCode(1)
    case .noMarker: throw ExitCode(2)
    }
  }

  private func issues() throws -> [KnownIssueRecord] {
    guard let file = options.allow else { return [] }
    return try readFlatIssues(String(decoding: try contents(of: file), as: UTF8.self), file: file)
  }

  private func contents(of file: String) throws(RequestError) -> [UInt8] {
    guard let stream = fopen(file, "re") else {
      throw RequestError("cannot read \(file): \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    // A list of known issues is a page or two.
    return [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
      count = fread(buffer.baseAddress, 1, buffer.count, stream)
    }
  }

  private var isColourWanted: Bool {
    let isRefused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
    return !isRefused && !isDumb && isatty(STDOUT_FILENO) == 1
  }
}

private let wasInterrupted = Atomic(false)

/// A signal that ends `--follow`; without it the system ends the process.
private enum Interruption {
  static var arrived: Bool { wasInterrupted.load(ordering: .relaxed) }

  static func listen(isGraceful: Bool) {
    guard isGraceful else { return }
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        // The second one ends at once.
        signal(number, SIG_DFL)
        wasInterrupted.store(true, ordering: .relaxed)
      }
    }
  }
}

private func tell(_ text: String) { _ = writeAll(STDERR_FILENO, text + "\n") }

/// A result that cannot be written is the host's failure, unless its reader went away.
private func write(_ text: String) throws {
  guard !writeAll(STDOUT_FILENO, text) else { return }
  tell("zlab-dmesg: cannot write the result to standard output: \(String(cString: strerror(errno)))")
  throw ExitCode(69)
}

private func writeAll(_ descriptor: Int32, _ text: String) -> Bool {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
