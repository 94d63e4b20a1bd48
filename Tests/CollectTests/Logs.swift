import Foundation

/// Lines of a WARNING in a function of its own for each bug.
///
/// - Parameter seconds: of the kernel's clock; nil for lines without a stamp.
func report(_ bug: Int, at seconds: Double? = 12, kernel: String = "6.1.0-50-s390x", cpu: Int = 0) -> String {
  var clock = seconds
  return [
    "------------[ cut here ]------------",
    "WARNING: CPU: \(cpu) PID: \(40 + bug) at drivers/test/bug\(bug).c:12 bug_\(name(bug))_handler+0x6a/0x80",
    "Modules linked in: vfio_pci virtio_rng", "CPU: \(cpu) PID: \(40 + bug) Comm: test Not tainted \(kernel) #1",
    "Hardware name: QEMU 8561 QEMU (KVM/Linux)",
    "Krnl PSW : 0704c00180000000 000003ffe1085b7a (bug_\(name(bug))_handler+0x6e/0x80)",
    "           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3", "Call Trace:",
    " [<000003ffe1085b7a>] bug_\(name(bug))_handler+0x6e/0x80 ",
    "([<000003ffe1085b76>] bug_\(name(bug))_handler+0x6a/0x80)", " [<000003ffe0de499a>] test_ioctl+0x148/0x330 ",
    " [<000003ffe05a1ff8>] __s390x_sys_ioctl+0x156/0x1cc ", " [<000003ffe05a2ff8>] system_call+0x82/0xb0 ",
    "Last Breaking-Event-Address:", " [<000003ffe05a3ff8>] test_helper+0x10/0x20",
    "---[ end trace 0000000000000000 ]---",
  ].map { line in
    defer { clock = clock.map { $0 + 0.000003 } }
    return (clock.map { "[" + stamp($0) + "] " } ?? "") + line + "\n"
  }.joined()
}

func stamp(_ seconds: Double) -> String {
  let micros = Int((seconds * 1_000_000).rounded())
  let whole = String(micros / 1_000_000)
  return String(repeating: " ", count: max(0, 5 - whole.count)) + whole + "."
    + String(micros % 1_000_000 + 1_000_000).dropFirst()
}

// Digits would be cut off a function's name as those of a clone.
private func name(_ number: Int) -> String {
  var (rest, text) = (number, "")
  repeat {
    text += String(UnicodeScalar(UInt8(97 + rest % 26)))
    rest /= 26
  } while rest > 0
  return text + "x"
}

func banner(_ kernel: String = "6.1.0-50-s390x") -> String {
  "[    0.090000] Linux version \(kernel) (zlab@build) (gcc) #1 SMP\n[    1.000000] Run /init as init process\n"
}

func noise(_ lines: Int, from seconds: Double = 2) -> String {
  (0..<lines).map { "[\(stamp(seconds + Double($0) / 1000))] virtio_net virtio\($0 % 9): link is up, \($0)\n" }.joined()
}
