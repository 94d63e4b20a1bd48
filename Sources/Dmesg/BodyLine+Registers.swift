extension BodyLine {
  /// The line that says where the CPU stood.
  ///
  /// Sources: `show_registers()` in `arch/s390/kernel/dumpstack.c`, `show_iret_regs()` and `__show_regs()` of x86
  /// and arm64, `show_regs()` of powerpc, riscv, mips, loongarch and parisc.
  static func programCounter(_ text: Bytes, _ first: UInt8) -> BodyLine? {
    switch first {
    case UInt8(ascii: "K"): return text.dropping("Krnl PSW").map { .programCounter(kernelPSW($0), .s390x) }
    case UInt8(ascii: "R"):
      guard let body = text.dropping("RIP: ") ?? text.dropping("RIP  ") else { return nil }
      // Selector 0x33 is user space: the trace has left the kernel.
      if body.hasPrefix("0033:") || body.hasPrefix("0023:") { return .known(.x86_64) }
      return .programCounter(TraceEntry(symbol: body.dropping("0010:") ?? body), .x86_64)
    case UInt8(ascii: "E"), UInt8(ascii: "I"):
      if let body = text.dropping("IAOQ[0]: ") { return .programCounter(TraceEntry(symbol: body), .parisc) }
      if let era = text.dropping("ERA: ") { return .programCounter(TraceEntry(symbol: behindAddress(era)), .loongarch) }
      guard let body = text.dropping("EIP: ") ?? text.dropping("IP: ") ?? text.dropping("EIP is at ") else {
        return nil
      }
      return .programCounter(TraceEntry(symbol: body.dropping("0060:") ?? body), .x86_64)
    case UInt8(ascii: "p"): return text.dropping("pc : ").map { .programCounter(TraceEntry(symbol: $0), .arm64) }
    case UInt8(ascii: "P"): return text.dropping("PC is at ").map { .programCounter(TraceEntry(symbol: $0), .arm) }
    // sparc: print_symbol() of arch/sparc/kernel/process_64.c.
    case UInt8(ascii: "T"):
      return text.dropping("TPC: <").map { .programCounter(TraceEntry(symbol: $0.before(">") ?? $0), .sparc) }
    case UInt8(ascii: "N"): return text.dropping("NIP [").map { .programCounter(powerpcSymbol($0), .powerpc) }
    case UInt8(ascii: "e"):
      if let body = text.dropping("epc : ") { return .programCounter(TraceEntry(symbol: body), .riscv) }
      return text.dropping("epc   : ").map { .programCounter(TraceEntry(symbol: behindAddress($0)), .mips) }
    default: return nil
    }
  }

  /// mips and loongarch print the address before the symbol.
  private static func behindAddress(_ text: Bytes) -> Bytes {
    let word = text.firstWord
    return word.count >= 8 && word.hexadecimal != nil ? text.dropFirst(word.count).trimmedStart : text
  }

  private static func kernelPSW(_ text: Bytes) -> TraceEntry? {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    var rest = text[(colon + 1)...].trimmedStart
    var address: UInt64?
    for _ in 0..<2 {
      address = rest.firstWord.hexadecimal ?? address
      rest = rest.dropFirst(rest.firstWord.count).trimmedStart
    }
    let symbol = rest.dropping("(").map { $0.last == UInt8(ascii: ")") ? $0.dropLast() : $0 } ?? rest
    guard var entry = TraceEntry(symbol: symbol) else { return nil }
    entry.address = address
    return entry
  }

  private static func powerpcSymbol(_ text: Bytes) -> TraceEntry? {
    text.after("] ").flatMap { TraceEntry(symbol: $0) }
  }

  /// `task:kmcheck  state:D stack:0 pid:72` since 5.10, and the form of columns before.
  ///
  /// Source: `sched_show_task()` in `kernel/sched/core.c`.
  static func taskDump(_ text: Bytes) -> TaskContext? {
    var context = TaskContext()
    if let body = text.dropping("task:") {
      guard let name = body.before(" state:") else { return nil }
      context.comm = name.trimmed.string
      context.pid = TaskContext.number(after: "pid:", in: body)
      return context
    }
    // s390x before 3.x: "Process foo (pid: 12, task: ...".
    guard let body = text.dropping("Process "), let name = body.before(" (pid: ") else { return nil }
    context.comm = name.string
    context.pid = TaskContext.number(after: "(pid: ", in: body)
    return context
  }

  /// Starts of lines that belong to reports and tell a finding nothing.
  static func isKnown(_ text: Bytes, _ first: UInt8) -> Bool {
    if first == UInt8(ascii: "#") || first == UInt8(ascii: "<") || first == UInt8(ascii: "*") { return true }
    return knownStarts.matches(text) || isHexDump(text)
  }

  private static let knownStarts = PrefixTable([
    "Krnl ", "R:", "Modules linked in", "Unloaded tainted", "Hardware name:", "Workqueue:", "Tainted:",
    "Failing address",
    "failing address", "Fault in ", "AS:", "RSP:", "RAX:", "RDX:", "RBP:", "R10:", "R13:", "FS:", "CS:", "CR2:", "DR0:",
    "DR3:", "Code:", "Stack:", "pstate:", "lr : ", "sp : ", "x29:", "x28:", "x27:", "Mem abort", "ESR", "EC =", "SET =",
    "EA =", "FSC =", "Data abort", "ISV =", "CM =", "swapper pgtable", "irq event stamp", "hardirqs last",
    "softirqs last",
    "INFO: lockdep is turned off", "PKRU:", "---", "PGD ", "task: ", "GPR", "MSR:", "CFAR:", "NIP:", "LR ", "REGS:",
    "Exception stack", "Dumping ftrace", "Kernel Offset", "Sending NMI", "NMI backtrace", "rcu:", "Task dump", "EFLAGS",
    // What hung_task.c says about the owner of a lock.
    "INFO: task ",
    // print_trailer() and print_slab_info() of mm/slub.c.
    "Redzone ", "Right Redzone ", "Object ", "Padding ", "Bytes b4 ", "Slab ", "Disabling lock debugging", "FIX ",
    "page:", "raw:", "flags:", "head:", "note:", "PM:", "Oops#", "ORIG_RAX", "x0 :", "x2 :",
    "IASQ:", "IIR:", "IAOQ[", "RP(r2):",
  ])

  /// Registers, code and memory are lines of nothing but hexadecimal words, some with a label.
  private static func isHexDump(_ text: Bytes) -> Bool {
    guard let first = text.first, first.hexDigit != nil else { return false }
    let word = text.prefix { $0.hexDigit != nil }
    let next = text.dropFirst(word.count).first
    return word.count >= 4 && (next == nil || next == 0x20 || next == UInt8(ascii: ":"))
  }

  static func architecture(_ text: Bytes) -> Architecture? {
    if text.hasPrefix("Krnl ") || text.hasPrefix("Hardware name: IBM ") && text.dropFirst(19).firstWord.decimal != nil
      || text.hasPrefix("Hardware name: QEMU 8561") || text.hasPrefix("Failing address")
    {
      return .s390x
    }
    if text.hasPrefix("RSP:") || text.hasPrefix("RAX:") { return .x86_64 }
    if text.hasPrefix("IASQ:") { return .parisc }
    return text.hasPrefix("pstate:") || text.hasPrefix("lr : ") ? .arm64 : nil
  }
}
