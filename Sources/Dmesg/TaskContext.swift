/// Task and kernel of a report.
///
/// Source: `dump_stack_print_info()` in `lib/dump_stack.c`, and the lines of older kernels.
struct TaskContext: Sendable {
  var cpu: Int?
  var pid: Int?
  var comm: String?
  var tainted: Bool?
  var taint: String?
  var release: String?
  var buildID: String?
  /// The line ends before the release, so the next line can hold the rest.
  var isIncomplete = false

  init() {}

  /// Reads `CPU: 0 UID: 0 PID: 57 Comm: vf Not tainted 6.1.192 #2` and `Pid: 1, comm: init Not tainted 3.2.0 #1`.
  init?(cpuLine text: Bytes) {
    if text.hasPrefix("CPU: ") {
      cpu = Self.number(after: "CPU: ", in: text)
      guard cpu != nil else { return nil }
      pid = Self.number(after: "PID: ", in: text)
    } else if text.hasPrefix("Pid: ") {
      pid = Self.number(after: "Pid: ", in: text)
    } else {
      return nil
    }
    let tail = text.after("Comm: ") ?? text.after("comm: ") ?? text
    readTaint(tail, readsComm: tail.startIndex != text.startIndex)
    isIncomplete = release == nil && text.contains("omm: ")
  }

  /// Reads the line that carries only taint and release: `Not tainted 5.14.0 #1`, or lockdep's release first.
  init?(releaseLine text: Bytes) {
    if text.hasPrefix("Not tainted ") || text.hasPrefix("Tainted: ") {
      readTaint(text, readsComm: false)
    } else if text.first?.isDigit == true || Self.named(in: text)?.startIndex == text.startIndex,
      text.hasSuffix("Not tainted") || text.contains(" Tainted: ")
    {
      release = text.firstWord.string
      tainted = !text.hasSuffix("Not tainted")
      taint = tainted == true ? text.after(" Tainted: ")?.trimmed.string : nil
    }
    guard release != nil else { return nil }
  }

  private mutating func readTaint(_ text: Bytes, readsComm: Bool) {
    let clean = text.firstIndex(of: "Not tainted")
    guard let mark = clean ?? text.firstIndex(of: "Tainted: ") else {
      if readsComm { comm = text.trimmed.string }
      return
    }
    let head = text[..<mark]
    // Kexec's note stands between the name and the taint.
    if readsComm { comm = (head.before(" Kdump: ") ?? head).trimmed.string }
    tainted = clean == nil
    let tail = text[(mark + (clean == nil ? "Tainted: " : "Not tainted" as StaticString).utf8CodeUnitCount)...]
    let version = Self.version(in: tail)
    release = version?.string
    buildID = Self.buildID(tail)
    guard clean == nil else { return }
    taint = (version.map { tail[..<$0.startIndex] } ?? tail).trimmed.string
  }

  /// The first word that begins with a digit and has a point, else the one before the number of the build: a release
  /// can be any word, and is `syzkaller` in syzbot's mails since 2025.
  private static func version(in tail: Bytes) -> Bytes? {
    var rest = tail.trimmedStart
    while let first = rest.first {
      let word = rest.firstWord
      if first.isDigit, word.index(of: UInt8(ascii: ".")) != nil { return word }
      rest = rest[word.endIndex...].trimmedStart
    }
    return named(in: tail)
  }

  /// The word before ` #1`.
  private static func named(in text: Bytes) -> Bytes? {
    guard let mark = text.firstIndex(of: " #"), text[(mark + 2)...].first?.isDigit == true else { return nil }
    let head = text[..<mark]
    let word = head.lastIndex(of: 0x20).map { head[($0 + 1)...] } ?? head
    return word.isEmpty ? nil : word
  }

  /// The last word, when it is one: `vmlinux_build_id` of `lib/buildid.c`.
  private static func buildID(_ tail: Bytes) -> String? {
    let last = tail.trimmedEnd.suffix(40)
    guard last.count == 40, tail.prefix(upTo: last.startIndex).last.map(\.isBlank) ?? true,
      last.allSatisfy({ $0.hexDigit != nil })
    else { return nil }
    return last.string
  }

  static func number(after label: StaticString, in text: Bytes) -> Int? {
    text.after(label)?.trimmedStart.prefix { $0.isDigit }.decimal
  }

  /// Takes over what this one does not know yet.
  mutating func merge(_ other: TaskContext) {
    cpu = cpu ?? other.cpu
    pid = pid ?? other.pid
    comm = comm ?? other.comm
    tainted = tainted ?? other.tainted
    taint = taint ?? other.taint
    release = release ?? other.release
    buildID = buildID ?? other.buildID
  }
}
