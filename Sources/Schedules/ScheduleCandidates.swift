/// Rules that a trace suggests, each time a rendezvous of two tasks.
///
/// Where the trace changes from a task A to a task B on another vCPU, A may have been in the middle of what B must not
/// see. The rules make that order come about with any seed: A pauses at a place that it had just passed, and B waits at
/// a place that it came to next until A is there.
package struct ScheduleCandidates {
  private let kernel: KernelMap
  private let actors: [ScheduleActor]
  private let cpus: Int
  /// Functions in the report's call trace.
  private let blamed: Set<String>
  private let entries: [FunctionTrace.Entry]
  /// Consecutive entries of one task.
  private let runs: [Range<Int>]
  private let counts: [UInt64: Int]
  /// Number of tasks that entered a function: one that many enter says little about any of them.
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
    counts = Dictionary(grouping: trace.entries, by: \.address).mapValues(\.count)
    users = Dictionary(grouping: trace.entries, by: \.address).mapValues { Set($0.map(\.task)).count }
    let entries = trace.entries.filter { !Self.isMachinery($0.name) }
    var runs: [Range<Int>] = []
    for index in entries.indices {
      if let last = runs.last, entries[last.lowerBound].task == entries[index].task {
        runs[runs.count - 1] = last.lowerBound..<(index + 1)
      } else {
        runs.append(index..<(index + 1))
      }
    }
    (self.entries, self.runs) = (entries, runs)
  }

  /// Rules of each rendezvous, the likeliest first: the last changes before the report, by the functions that are
  /// entered most seldom.
  /// - Parameter most: number of candidates.
  package func rules(most: Int) -> [[ScheduleRule]] {
    var found: [(rank: Int, rules: [ScheduleRule])] = []
    for (depth, index) in runs.indices.reversed().prefix(Self.changes).enumerated() {
      guard let (holder, passed) = holder(before: index) else { continue }
      let goes = runs[index]
      let ahead = places(in: goes.prefix(Self.window), nearest: goes.lowerBound)
      for (first, at) in passed.enumerated() {
        for (second, waits) in ahead.enumerated() {
          found.append((2 * depth + first + second, rendezvous(holder, at, entries[goes.lowerBound], waits)))
        }
      }
    }
    let sorted = found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
    let unique = sorted.map(\.element.rules).reduce(into: [[ScheduleRule]]()) { if !$0.contains($1) { $0.append($1) } }
    return Array(unique.prefix(most))
  }

  // Of the changes between tasks, of the entries around each, of the places on each side.
  private static let (changes, window, choices) = (12, 600, 3)

  /// Another task that was interrupted on another vCPU before a run, and the places that it had just passed.
  private func holder(before index: Int) -> (FunctionTrace.Entry, [SchedulePlace])? {
    let task = entries[runs[index].lowerBound]
    guard
      let other = runs[..<index].last(where: {
        let entry = entries[$0.lowerBound]
        return entry.task != task.task && entry.vcpu != task.vcpu
      })
    else { return nil }
    let last = entries[other.upperBound - 1]
    // Also of its runs before, for the last may be short.
    let own = entries.indices.prefix(other.upperBound).filter { entries[$0].task == last.task }.suffix(Self.window)
    let found = places(in: own, nearest: other.upperBound)
    return found.isEmpty ? nil : (last, found)
  }

  /// The places among some entries that say most about a task, the best first.
  private func places(in indices: some Sequence<Int>, nearest boundary: Int) -> [SchedulePlace] {
    var best: [String: [Int]] = [:]
    for index in indices {
      guard let name = name(of: entries[index].address) else { continue }
      let address = entries[index].address
      let key = [
        blamed.contains(name) ? 0 : 1, min(users[address] ?? 0, 4), Self.rank(counts[address] ?? 0),
        abs(boundary - index),
      ]
      if best[name].map({ key.lexicographicallyPrecedes($0) }) ?? true { best[name] = key }
    }
    return best.sorted { $0.value.lexicographicallyPrecedes($1.value) }.prefix(Self.choices).map { SchedulePlace($0.key) }
  }

  private static func rank(_ count: Int) -> Int { count <= 2 ? 0 : count <= 8 ? 1 : count <= 40 ? 2 : 3 }

  private func rendezvous(
    _ holder: FunctionTrace.Entry, _ at: SchedulePlace, _ other: FunctionTrace.Entry, _ waits: SchedulePlace
  ) -> [ScheduleRule] {
    [
      ScheduleRule(task: name(of: other), at: waits, until: .reach(task: name(of: holder), at)),
      ScheduleRule(task: name(of: holder), at: at, until: .run(Self.pause)),
    ]
  }

  // Instructions for which the interrupted task is held: 3 ms of guest time with the usual shift.
  private static let pause = 400_000

  /// A task as rules name it: the actor whose program it is, or the kernel's name.
  private func name(of task: FunctionTrace.Entry) -> String {
    if let worker = task.name.split(separator: "/").first, worker == "kworker" { return "kworker/*" }
    let own = actors.indices.filter { index in
      let program = actors[index].program.split(separator: "/").last ?? ""
      return program.utf8.prefix(15).elementsEqual(task.name.utf8)
    }
    let actor = own.count == 1 ? own.first : own.first { $0 % max(1, cpus) == task.vcpu }
    // The format takes no other names.
    let plain = task.name.wholeMatch(of: /[!-)+-~]{1,48}/) == nil ? "any" : task.name
    return actor.map { actors[$0].name } ?? plain
  }

  /// Name of the function that begins at an address, where no other function has it.
  private func name(of address: UInt64) -> String? {
    guard let function = kernel.function(at: address), function.address == address,
      !kernel.reportFunctions.contains(address), !function.name.contains(".cold")
    else { return nil }
    let whole = function.name
    let short = String(whole.prefix { $0 != "." })
    return [short, whole].first { name in
      let named = kernel.named(name)
      return !named.isEmpty && named.allSatisfy { $0.address == address }
    }
  }

  // Tasks that are no party to a race of the scenario's.
  private static func isMachinery(_ task: String) -> Bool {
    ["swapper/", "zlab-runner", "rcu_", "ksoftirqd/", "migration/", "cpuhp/", "kthreadd", "khvcd"]
      .contains { task.hasPrefix($0) }
  }
}
