/// Trace of a trial's functions, read for rules and for a story.
package struct TraceAnalysis {
  let kernel: KernelMap
  /// Without tasks that are no party to a race of the scenario's.
  let entries: [FunctionTrace.Entry]
  /// Consecutive entries of one task.
  let runs: [Range<Int>]
  /// For each entry that of the function which it was entered within; nil where that is not known.
  let callers: [Int?]
  private let actors: [ScheduleActor]
  private let cpus: Int
  private let blamed: Set<String>
  private let counts: [UInt64: Int]
  // Number of tasks that entered a function: one that many enter says little about any of them.
  private let users: [UInt64: Int]

  /// - Parameters:
  ///   - trace: of a trial with the failure.
  ///   - kernel: that of the trace.
  ///   - actors: of the scenario.
  ///   - cpus: number of vCPUs.
  ///   - blamed: functions in the report's call trace.
  package init(
    _ trace: FunctionTrace, kernel: KernelMap, actors: [ScheduleActor], cpus: Int, blaming blamed: [String]
  ) {
    (self.kernel, self.actors, self.cpus, self.blamed) = (kernel, actors, cpus, Set(blamed))
    let users = Dictionary(grouping: trace.entries, by: \.address)
    (counts, self.users) = (users.mapValues(\.count), users.mapValues { Set($0.map(\.task)).count })
    let entries = Self.beforeReport(trace.entries.filter { !Self.isMachinery($0.name) }, kernel)
    var runs: [Range<Int>] = []
    for index in entries.indices {
      if let last = runs.last, entries[last.lowerBound].task == entries[index].task {
        runs[runs.count - 1] = last.lowerBound..<(index + 1)
      } else {
        runs.append(index..<(index + 1))
      }
    }
    (self.entries, self.runs, callers) = (entries, runs, Self.callers(entries))
  }

  /// Number of tasks of the guest that enter the function at an address.
  func users(of address: UInt64) -> Int { users[address] ?? 0 }

  /// Number of entries of the function at an address.
  func entries(of address: UInt64) -> Int { counts[address] ?? 0 }

  var actorNames: [String] { actors.map(\.name) }

  /// Indices of the entries among some that say most about a task, one for each function, the best first: of functions
  /// in the report's call trace, then of those that few tasks enter, and seldom, and close to a boundary.
  /// - Parameter isStrict: leaves out functions that many tasks enter.
  func telling(_ indices: some Sequence<Int>, nearest boundary: Int, most: Int, isStrict: Bool = false) -> [Int] {
    var best: [UInt64: (index: Int, key: [Int])] = [:]
    for index in indices {
      let address = entries[index].address
      guard let name = functionName(at: address) else { continue }
      let key = [
        blamed.contains(name) ? 0 : 1, min(users[address] ?? 0, 4), Self.rank(counts[address] ?? 0),
        abs(boundary - index),
      ]
      if isStrict, key[0] > 0, key[1] > 2 { continue }
      if best[address].map({ key.lexicographicallyPrecedes($0.key) }) ?? true { best[address] = (index, key) }
    }
    return best.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.prefix(most).map(\.index)
  }

  private static func rank(_ count: Int) -> Int { count <= 2 ? 0 : count <= 8 ? 1 : count <= 40 ? 2 : 3 }

  /// Place at which a function is entered; nil where a rule cannot name it.
  func place(of entry: FunctionTrace.Entry) -> SchedulePlace? {
    functionName(at: entry.address).map { SchedulePlace($0) }
  }

  /// A task as rules name it: the actor whose program it is, or the kernel's name; nil for one that they cannot name.
  func taskName(of task: FunctionTrace.Entry) -> String? {
    if task.name.hasPrefix("kworker/") { return "kworker/*" }
    let own = actors.indices.filter { index in
      let program = actors[index].program.split(separator: "/").last ?? ""
      return program.utf8.prefix(15).elementsEqual(task.name.utf8)
    }
    if let actor = own.count == 1 ? own.first : own.first(where: { $0 % max(1, cpus) == task.vcpu }) {
      return actors[actor].name
    }
    // Names that the format takes (docs/schedules.md).
    return task.name.wholeMatch(of: /[!-)+-~]{1,48}/) == nil || task.name == "any" ? nil : task.name
  }

  /// Name of the function that begins at an address, where no other function has it and it reports nothing.
  private func functionName(at address: UInt64) -> String? {
    guard let function = kernel.function(at: address), function.address == address,
      !KernelMap.reporting.contains(function.name), !function.name.contains(".cold")
    else { return nil }
    let whole = function.name
    return [String(whole.prefix { $0 != "." }), whole].first { name in
      let named = kernel.named(name)
      return !named.isEmpty && named.allSatisfy { $0.address == address }
    }
  }

  /// Entries up to where the task that reports begins to: by a message, or the program check of a BUG or an oops
  /// (kernel/panic.c, arch/s390/kernel/traps.c, arch/s390/mm/fault.c).
  private static func beforeReport(_ entries: [FunctionTrace.Entry], _ kernel: KernelMap) -> [FunctionTrace.Entry] {
    let preludes: [Set<String>] = [["__warn_printk"], ["monitor_event_exception", "do_report_trap", "do_no_context"]]
    for names in preludes {
      let addresses = Set(names.flatMap { kernel.named($0).map(\.address) })
      let begins = entries.lastIndex { $0.task == entries.last?.task && addresses.contains($0.address) }
      if let begins, entries.count - begins < 2000 { return Array(entries[..<begins]) }
    }
    return entries
  }

  private static func isMachinery(_ task: String) -> Bool {
    ["swapper/", "zlab-runner", "rcu_", "ksoftirqd/", "migration/", "cpuhp/", "kthreadd", "khvcd"].contains {
      task.hasPrefix($0)
    }
  }
}
