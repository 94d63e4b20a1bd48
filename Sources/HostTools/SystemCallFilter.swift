/// The sandbox's filter of system calls, as the program of classic BPF that seccomp(2) takes.
///
/// Refused is what no compiler or script needs and what reaches into the kernel: modules, BPF, io_uring, tracing,
/// mounts, namespaces, keys, clocks; sockets other than UNIX ones, because some families, such as AF_VSOCK, belong to no
/// network namespace; and to give any file a setuid or setgid bit, which as root would be a way to root for others.
/// Numbers are those of x86-64: arch/x86/entry/syscalls/syscall_64.tbl in the kernel.
enum SystemCallFilter {
  /// Eight bytes for each instruction (linux/filter.h, `struct sock_filter`); empty on other machines than x86-64.
  /// - Parameter allowsSetID: leaves setuid and setgid bits alone, for what is put into a guest's disk.
  static func program(allowsSetID: Bool) -> [UInt8] {
    #if arch(x86_64)
      instructions(allowsSetID).flatMap { bytes(of: $0) }
    #else
      []
    #endif
  }

  private struct Instruction {
    var code: UInt16
    var ifTrue: UInt8 = 0
    var ifFalse: UInt8 = 0
    var value: UInt32
  }

  // ptrace, keys, modules, kexec, mounts, swap, clocks, NUMA, handles, other processes' memory, BPF, io_uring and others.
  private static let refused: [UInt32] = [
    101, 103, 134, 153, 154, 155, 159, 161, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 179,
    180, 212, 227, 237, 238, 246, 248, 249, 250, 256, 272, 278, 279, 298, 300, 303, 304, 305, 308, 310, 311, 312, 313,
    320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 443, 447,
  ]

  // clone3 and openat2 take what matters through pointers, which a filter cannot follow; callers fall back.
  private static let unknown: [UInt32] = [435, 437]

  // The position of the mode among the arguments: creat, chmod, fchmod, mknod, mknodat, fchmodat, fchmodat2.
  private static let modes: [(UInt32, UInt32)] = [(85, 1), (90, 1), (91, 1), (133, 1), (259, 2), (268, 2), (452, 2)]

  // That of the flags, which the mode follows: open, openat.
  private static let opens: [(UInt32, UInt32)] = [(2, 1), (257, 2)]

  private static let setIDBits: UInt32 = 0o6000
  private static let (denied, absent, noFamily): (UInt32, UInt32, UInt32) = (1, 38, 97)

  private static func instructions(_ allowsSetID: Bool) -> [Instruction] {
    // linux/audit.h, AUDIT_ARCH_X86_64; and the bit of the x32 calls.
    var all = [
      load(4), jump(0x15, 0xC000_003E, 1, 0), fail(absent), load(0), jump(0x35, 0x4000_0000, 0, 1), fail(absent),
    ]
    for number in refused { all += [jump(0x15, number, 0, 1), fail(denied)] }
    for number in unknown { all += [jump(0x15, number, 0, 1), fail(absent)] }
    if !allowsSetID { all += refusalOfSetID }
    // socket: AF_UNIX alone. clone: no CLONE_NEWUSER. ioctl: neither TIOCSTI nor TIOCLINUX.
    all += on(41, [argument(0), jump(0x15, 1, 1, 0), fail(noFamily)])
    all += on(56, [argument(0), jump(0x45, 0x1000_0000, 0, 1), fail(denied)])
    for request in [0x5412, 0x541C] as [UInt32] {
      all += on(16, [argument(1), jump(0x15, request, 0, 1), fail(denied)])
    }
    // SECCOMP_RET_ALLOW
    return all + [Instruction(code: 0x06, value: 0x7FFF_0000)]
  }

  private static var refusalOfSetID: [Instruction] {
    var all: [Instruction] = []
    for (number, position) in modes {
      all += on(number, [argument(position), jump(0x45, setIDBits, 0, 1), fail(denied)])
    }
    for (number, position) in opens {
      // O_CREAT or the bit of O_TMPFILE: else the mode is whatever was in the register.
      let create: UInt32 = 0o100 | 0o20000000
      all += on(
        number,
        [
          argument(position), jump(0x45, create, 0, 3), argument(position + 1), jump(0x45, setIDBits, 0, 1),
          fail(denied),
        ])
    }
    return all
  }

  /// Action for one system call; the number is loaded again after it.
  private static func on(_ number: UInt32, _ body: [Instruction]) -> [Instruction] {
    [jump(0x15, number, 0, UInt8(body.count + 1))] + body + [load(0)]
  }

  // BPF_LD | BPF_W | BPF_ABS on struct seccomp_data (linux/seccomp.h): number, architecture, address, six arguments.
  private static func load(_ offset: UInt32) -> Instruction { Instruction(code: 0x20, value: offset) }

  // The lower half of it.
  private static func argument(_ position: UInt32) -> Instruction { load(16 + 8 * position) }

  // BPF_JMP | BPF_K with BPF_JEQ 0x15, BPF_JGE 0x35, BPF_JSET 0x45.
  private static func jump(_ code: UInt16, _ value: UInt32, _ ifTrue: UInt8, _ ifFalse: UInt8) -> Instruction {
    Instruction(code: code, ifTrue: ifTrue, ifFalse: ifFalse, value: value)
  }

  // SECCOMP_RET_ERRNO
  private static func fail(_ number: UInt32) -> Instruction { Instruction(code: 0x06, value: 0x0005_0000 | number) }

  private static func bytes(of one: Instruction) -> [UInt8] {
    let value = (0..<4).map { UInt8(truncatingIfNeeded: one.value >> (8 * UInt32($0))) }
    return [UInt8(truncatingIfNeeded: one.code), UInt8(truncatingIfNeeded: one.code >> 8), one.ifTrue, one.ifFalse]
      + value
  }
}
