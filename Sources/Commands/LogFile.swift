import Blocking
import Dmesg
import Foundation
import Records

/// A kernel log that was read to its end.
struct LogFile {
  let name: String
  let kernel: String?
  let boots: [Boot]
  let findings: [Finding]
  /// There were more findings than are kept: a log can hold more than anybody reads, or memory holds.
  let isCurtailed: Bool

  static let most = 10_000

  /// Reads a file, or standard input for `-`, on a thread that a cancellation ends within 100 ms.
  /// - Throws: `RequestError` when it cannot be read, `CancellationError`.
  static func read(_ file: String) async throws -> LogFile {
    let stop = StopFlag()
    let log = try await withTaskCancellationHandler {
      try await BlockingThread(name: "log").run { () throws(RequestError) in
        var reading = try LogReading(file)
        return try reading.toEnd(unless: stop)
      }
    } onCancel: {
      stop.set()
    }
    try Task.checkCancellation()
    return log
  }
}

private struct LogReading: ~Copyable {
  private let name: String
  private let descriptor: Int32
  private var parser = DmesgParser()
  private var findings: [Finding] = []
  private var isCurtailed = false

  private static let piece = 1 << 20

  init(_ file: String) throws(RequestError) {
    name = file == "-" ? "standard input" : file
    descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unreadable(name) }
  }

  deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

  mutating func toEnd(unless stop: StopFlag) throws(RequestError) -> LogFile {
    while !stop.isSet {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 100) != 0 else { continue }
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: Self.piece) { buffer, used in
        count = Glibc.read(descriptor, buffer.baseAddress, Self.piece)
        used = max(0, count)
      }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count >= 0 else { throw Self.unreadable(name) }
      if count == 0 { break }
      keep(parser.feed(bytes))
    }
    keep(parser.finish())
    return LogFile(
      name: name, kernel: parser.kernel, boots: parser.boots, findings: findings, isCurtailed: isCurtailed)
  }

  private mutating func keep(_ fresh: [Finding]) {
    let room = LogFile.most - findings.count
    isCurtailed = isCurtailed || fresh.count > room
    findings += fresh.prefix(room)
  }

  private static func unreadable(_ name: String) -> RequestError {
    RequestError("cannot read \(name): \(String(cString: strerror(errno)))")
  }
}
