import Dmesg
import Glibc
package import Model

/// Reads one log: a file, a pipe, a device or standard input.
package struct LogReader: ~Copyable {
  /// Options for reading a log.
  package struct Options: Sendable {
    /// Only reports behind the last line that has this text count.
    package var marker: String?
    /// The log grows, and is read until somebody says stop; a new file in its place is taken up.
    package var follows = false

    package init() {}
  }

  private let file: String
  private let name: String
  private let options: Options
  private var descriptor: Int32
  private var parser = DmesgParser()
  private var unpacking = LogUnpacking()
  private var marker: MarkerSearch?
  private var findings: [Finding] = []
  private var isTruncated = false

  private static let piece = 1 << 20
  /// Interval between two calls of `stop`, in milliseconds.
  private static let patience: Int32 = 100
  /// After this many waits without a byte a report that is open is taken for complete: two seconds.
  private static let idleWaits = 20

  /// Opens the log; a FIFO is not waited for here.
  ///
  /// - Parameter file: `-` for standard input.
  /// - Throws: `RequestError` when it cannot be opened.
  package init(_ file: String, _ options: Options = Options()) throws(RequestError) {
    self.file = file
    self.options = options
    name = file == "-" ? "standard input" : file
    marker = options.marker.map(MarkerSearch.init)
    // Without O_NONBLOCK opening a FIFO that nobody writes to would not end at a signal.
    descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.unreadable(name) }
  }

  deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

  /// Reads to the end, or until `stop` says so, which is asked ten times a second while nothing arrives.
  ///
  /// - Parameter onFindings: gets findings as they become complete, with the kernel's release.
  /// - Throws: `RequestError` when reading fails.
  package mutating func read(
    until stop: () -> Bool, onFindings: ([Finding], String?) -> Void = { _, _ in }
  ) throws(RequestError) -> KernelLog {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Self.piece)
    defer { buffer.deallocate() }
    var waits = 0
    while !stop() {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wait, 1, Self.patience)
      guard ready > 0 else {
        waits += 1
        if options.follows { settle(waits, onFindings) }
        continue
      }
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      // A record of /dev/kmsg that was overwritten before it was read.
      if count < 0 && (errno == EINTR || errno == EPIPE) { continue }
      if count < 0 && errno == EAGAIN {
        guard !options.follows, isKernelsDevice else { continue }
        break
      }
      guard count >= 0 else { throw Self.unreadable(name) }
      if count > 0 {
        waits = 0
        take(UnsafeBufferPointer(rebasing: buffer[..<count]), onFindings)
      } else if options.follows {
        waits += 1
        settle(waits, onFindings)
        try awaitMore()
      } else {
        break
      }
    }
    return finish(onFindings)
  }

  private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ onFindings: ([Finding], String?) -> Void) {
    var fresh: [Finding] = []
    unpack(bytes, into: &fresh)
    keep(fresh, onFindings)
  }

  private mutating func unpack(_ bytes: UnsafeBufferPointer<UInt8>?, into fresh: inout [Finding]) {
    // The closure must not touch what it is called from; nor may a copy of what is unpacked be made for each piece.
    var unpacking = LogUnpacking()
    swap(&unpacking, &self.unpacking)
    var parser = parser
    var marker = marker
    var found = fresh
    var isMarked = false
    let sink: LogUnpacking.Sink = { text in
      guard marker != nil else { return found += parser.feed(buffer: text) }
      marker?.pass(text) { piece, endsBefore in
        found += parser.feed(buffer: piece)
        guard endsBefore else { return }
        _ = parser.finish()
        found = []
        isMarked = true
      }
    }
    if let bytes { unpacking.feed(bytes, to: sink) } else { unpacking.finish(to: sink) }
    (self.unpacking, self.parser, self.marker) = (unpacking, parser, marker)
    if isMarked { findings = [] }
    fresh = found
  }

  private mutating func keep(_ fresh: [Finding], _ onFindings: ([Finding], String?) -> Void) {
    // What people and pstore collect is of several boots.
    let fresh = unpacking.isCollection ? fresh.filter { !$0.isUnexpectedReboot } : fresh
    let room = KernelLog.most - findings.count
    isTruncated = isTruncated || fresh.count > room
    findings += fresh.prefix(room)
    if !fresh.isEmpty, marker?.wasFound != false { onFindings(fresh, parser.kernel) }
  }

  private mutating func finish(_ onFindings: ([Finding], String?) -> Void) -> KernelLog {
    var fresh: [Finding] = []
    unpack(nil, into: &fresh)
    keep(fresh + parser.finish(), onFindings)
    let hasMarker = marker.map(\.wasFound)
    if hasMarker == false || marker?.isOnMarkedLine == true { findings = [] }
    var troubles = unpacking.troubles
    var example: String?
    switch parser.doubt {
    case .empty, .noKernelLines:
      if findings.isEmpty, !troubles.contains(.notRead) { troubles.append(.noKernelLines) }
    case .unknownPrefix(let start):
      example = start
      troubles.append(.unknownPrefix)
    case nil: break
    }
    return KernelLog(
      name: name, kernel: parser.kernel, boots: parser.boots,
      // Reports of two CPUs end in another order than they begin.
      findings: findings.sorted { $0.firstLine < $1.firstLine }, lines: parser.lineCount,
      containers: unpacking.containers, troubles: troubles, example: example, unread: unpacking.unread,
      isTruncated: isTruncated,
      hasMarker: hasMarker)
  }

  // MARK: - Logs that grow

  private mutating func settle(_ waits: Int, _ onFindings: ([Finding], String?) -> Void) {
    guard waits == Self.idleWaits, parser.isInsideReport else { return }
    keep(parser.finish(), onFindings)
  }

  /// Waits at the end of a file, and opens the one that took its place (logrotate) or begins anew when it was cut.
  private mutating func awaitMore() throws(RequestError) {
    usleep(UInt32(Self.patience) * 1000)
    guard file != "-" else { return }
    var ours = stat()
    var theirs = stat()
    guard fstat(descriptor, &ours) == 0, ours.st_mode & S_IFMT == S_IFREG else { return }
    if ours.st_size < lseek(descriptor, 0, SEEK_CUR) { lseek(descriptor, 0, SEEK_SET) }
    guard stat(file, &theirs) == 0, theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev else { return }
    let next = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard next >= 0 else { throw Self.unreadable(name) }
    close(descriptor)
    descriptor = next
  }

  /// /dev/kmsg never ends; where it has nothing more at once, all that was printed has been read.
  private var isKernelsDevice: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
    // Major 1, minor 11: Documentation/admin-guide/devices.txt.
    return status.st_rdev >> 8 & 0xfff == 1 && status.st_rdev & 0xff == 11
  }

  private static func unreadable(_ name: String) -> RequestError {
    RequestError("cannot read \(name): \(String(cString: strerror(errno)))")
  }
}
