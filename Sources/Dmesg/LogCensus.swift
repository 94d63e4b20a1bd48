/// Reason why "no finding" in a log may mean nothing.
package enum LogDoubt: Sendable, Hashable {
  /// There is no line that is not blank.
  case empty
  /// No line looks like a kernel's.
  case noKernelLines
  /// Most lines begin alike, with something that is no prefix that the parser knows.
  case unknownPrefix(example: String)
}

/// Counts by samples how many lines of a log look like a kernel's.
///
/// The first lines and then one of many are looked at, until enough of them were a kernel's to have no doubt.
struct LogCensus: Sendable {
  private static let wholeStart = 1024
  private static let step = 64
  private static let enough = 256
  private static let shapeLength = 8
  private static let shapeLimit = 64

  private var lines = 0
  private var sampled = 0
  private var kernels = 0
  /// A line was printed some time after a kernel's start.
  private(set) var sawRunningKernel = false
  private var shapes: [[UInt8]: (count: Int, example: [UInt8])] = [:]
  private var records = LogRecordReader()
  private var decoder = LineDecoder()

  private var isSettled: Bool { kernels >= Self.enough }

  mutating func note(_ raw: UnsafeBufferPointer<UInt8>, in store: LineStore) {
    lines += 1
    guard lines <= Self.wholeStart || lines % Self.step == 0, !isSettled else { return }
    look(UnsafeBufferPointer(rebasing: raw.prefix(512)), in: store)
  }

  private mutating func look(_ raw: UnsafeBufferPointer<UInt8>, in store: LineStore) {
    let line = decoder.decode(raw, into: store).trimmedEnd
    guard !line.isEmpty else { return }
    switch records.read(line) {
    case .other: return
    case .message:
      sampled += 1
      kernels += 1
      return
    case .none: sampled += 1
    }
    let prefix = LinePrefix(line, in: store)
    if prefix.namesKernel || Self.words.matches(prefix.rest) {
      kernels += 1
      if let seconds = Self.secondsSinceBoot(line), seconds >= Self.longAfterBoot { sawRunningKernel = true }
    } else if prefix.rest.count == line.count {
      noteShape(line)
    }
  }

  private static let longAfterBoot = 10

  /// Of `[   12.000001] text`.
  private static func secondsSinceBoot(_ line: Bytes) -> Int? {
    guard let body = line.dropping("[")?.trimmedStart else { return nil }
    let digits = body.prefix { $0.isDigit }
    return body.dropFirst(digits.count).first == UInt8(ascii: ".") ? digits.decimal : nil
  }

  /// Remembers how a line begins on which nothing was known.
  private mutating func noteShape(_ line: Bytes) {
    let start = line.prefix(Self.shapeLength)
    let shape = start.map { $0.isDigit ? UInt8(ascii: "0") : $0.isLetter ? UInt8(ascii: "a") : $0 }
    guard shape.contains(where: { $0 != UInt8(ascii: "a") && $0 != 0x20 && $0 < 0x80 }) else { return }
    if shapes[shape] == nil, shapes.count == Self.shapeLimit { return }
    shapes[shape, default: (0, Array(line.prefix(24)))].count += 1
  }

  /// nil when enough lines look like a kernel's.
  var doubt: LogDoubt? {
    guard sampled > 0 || lines == 0 else { return isSettled || kernels > 0 ? nil : .empty }
    guard lines > 0 else { return .empty }
    if let common = shapes.values.max(by: { ($0.count, $1.example.count) < ($1.count, $0.example.count) }),
      common.count > 3, common.count * 10 > sampled * 6
    {
      return .unknownPrefix(example: String(decoding: common.example, as: UTF8.self))
    }
    return kernels == 0 ? .noKernelLines : nil
  }

  /// Starts of lines without a stamp that kernels print at every boot or in every report.
  private static let words = PrefixTable([
    "Linux version ", "Command line: ", "Kernel command line: ", "Memory: ", "Call Trace", "Krnl ", "CPU: ", "CPU0: ",
    "Modules linked in:", "Hardware name: ", "Freeing ", "NET: ", "pci ", "setup: ", "zpci", "cio", "virtio", "Run /",
    "random: ", "systemd[1]: ", "audit: ", "usb ", "EXT4-fs ", "XFS (", "TCP: ", "clocksource: ", "scsi ", "SCSI ",
    "rcu: ", "smp: ", "sclp", "dasd", "qeth", "BUG: ", "WARNING: ", "INFO: ", "------------[ cut here", "Oops",
    "Kernel panic", "Zone ranges:", "Booting ", "ACPI: ", "BIOS-e820: ", "Dentry cache", "devtmpfs: ", "Unpacking ",
    "Trying to unpack", "Loaded X.509", "io scheduler ", "Key type ", "ata", "tty", "rtc", "loop: ", "EFI ", "efi: ",
  ])
}
