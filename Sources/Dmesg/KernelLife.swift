import Model

/// Life of a kernel between boot banners: one that nobody told to stop died silently where the next banner comes.
struct KernelLife: Sendable {
  /// The line that shows that it runs.
  private var evidence: Int?

  func isRunning(before line: Int) -> Bool { evidence.map { $0 < line } ?? false }

  mutating func start(line: Int) { evidence = line }

  mutating func stop() { evidence = nil }

  /// Sources: `run_init_process()` in `init/main.c`; `kernel/reboot.c`; `kernel_kexec()` in `kernel/kexec_core.c`;
  /// `sysrq_handle_reboot()` in `drivers/tty/sysrq.c`.
  mutating func note(_ text: Bytes, line: Int) {
    switch text.first {
    case UInt8(ascii: "R"): if text.hasPrefix("Run /"), text.hasSuffix(" as init process") { start(line: line) }
    case UInt8(ascii: "r"): if Self.ends.contains(where: { text.hasPrefix($0) }) { stop() }
    case UInt8(ascii: "k"), UInt8(ascii: "S"): if text.contains("Starting new kernel") { stop() }
    case UInt8(ascii: "s"): if text.hasPrefix("sysrq: Resetting") { stop() }
    default: break
    }
  }

  private static let ends: [StaticString] = [
    "reboot: Restarting system", "reboot: Power down", "reboot: System halted", "reboot: Power off",
  ]
}

extension Finding {
  /// The kernel that ran before the line stopped without a word.
  static func unexpectedReboot(_ line: ConsoleLine) -> Finding {
    Finding(
      kind: .other, title: rebootTitle, message: line.text.prefix(1024).string, firstLine: line.lines.lowerBound,
      lastLine: line.lines.upperBound,
      signature: Signature.make(kind: .other, function: nil, bugClass: rebootTitle))
  }

  private static let rebootTitle = "unexpected kernel reboot"

  /// A kernel started where another one ran, which only means something in the log of one machine.
  package var isUnexpectedReboot: Bool { kind == .other && title == Self.rebootTitle }
}
