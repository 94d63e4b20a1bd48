/// Functions of the kernel that the tasks of a guest entered, the last ones before the kernel's report, in order.
package struct FunctionTrace: Sendable, Hashable {
  /// Entry of a function.
  package struct Entry: Sendable, Hashable {
    /// Instructions that all vCPUs had run.
    package let total: UInt64
    /// Address of the function.
    package let address: UInt64
    /// Address of the task_struct.
    package let task: UInt64
    package let vcpu: Int
    /// Name of the task, as the guest has it.
    package let name: String
    /// Low 32 bits of the stack pointer; 0 when it is not known.
    package let stack: UInt32
    /// Another vCPU had something to run.
    package let othersRun: Bool

    package init(
      total: UInt64, address: UInt64, task: UInt64, vcpu: Int, name: String, stack: UInt32 = 0, othersRun: Bool = true
    ) {
      (self.total, self.address, self.task, self.vcpu, self.name) = (total, address, task, vcpu, name)
      (self.stack, self.othersRun) = (stack, othersRun)
    }
  }

  package let entries: [Entry]

  /// Earlier entries were lost, for there is no room for more than the last.
  package let isCut: Bool

  package init(_ entries: [Entry], isCut: Bool = false) { (self.entries, self.isCut) = (entries, isCut) }

  // struct trace_entry and TRACE_ENTRIES of Sources/Schedules/plugin/turn-trace.h.
  private static let (entrySize, ringSize) = (48, 1 << 17)

  /// Reads the plugin's ring; nil for bytes that are none.
  package init?(ring bytes: [UInt8]) {
    guard bytes.count == (Self.ringSize + 1) * Self.entrySize else { return nil }
    func number(_ place: Int, _ count: Int) -> UInt64 {
      (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(bytes[place + $1]) }
    }
    let written = number(0, 8)
    let first = written > UInt64(Self.ringSize) ? written - UInt64(Self.ringSize) : 0
    isCut = first > 0
    entries = (first..<written).map { index in
      let place = (Int(index % UInt64(Self.ringSize)) + 1) * Self.entrySize
      let name = bytes[(place + 28)..<(place + 44)].prefix { $0 != 0 }
      return Entry(
        total: number(place, 8), address: number(place + 8, 8), task: number(place + 16, 8),
        vcpu: Int(number(place + 24, 2)), name: String(decoding: name, as: UTF8.self),
        stack: UInt32(number(place + 44, 4)), othersRun: number(place + 26, 2) != 0)
    }
  }
}

extension KernelMap {
  // Functions with which the kernel begins to report something (kernel/panic.c, arch/s390/kernel/dumpstack.c,
  // mm/kasan/report.c).
  static let reporting: Set<String> = ["__warn", "die", "panic", "kasan_report"]

  /// The list of all functions for the plugin (`trace_open()` in Sources/Schedules/plugin/turn-trace.h).
  /// - Parameter limit: entries of one function that are traced; nil for all.
  package func traceList(limit: Int? = nil) -> String {
    let reports = Set(functions.filter { Self.reporting.contains($0.name) }.map(\.address))
    var lines = limit.map { ["limit \($0)"] } ?? []
    var last: UInt64 = 0
    for function in functions where function.address != last {
      last = function.address
      lines.append(String(last, radix: 16) + (reports.contains(last) ? " report" : ""))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
