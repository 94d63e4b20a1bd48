/// Entry of a function at which a task of the scenario can be preempted.
package struct SwitchPoint: Sendable, Hashable {
  /// As rules name it.
  package let task: String
  package let function: String
  /// The task's entry of the function that counts, from 1.
  package let arrival: Int

  package init(task: String, function: String, arrival: Int) {
    (self.task, self.function, self.arrival) = (task, function, arrival)
  }

  /// Any entry of the function by the task.
  fileprivate init(_ task: String, _ function: String) { self.init(task: task, function: function, arrival: 0) }

  /// One preemption here: the task is held while the others run.
  /// - Parameters:
  ///   - length: instructions of the others.
  ///   - arrival: instead of its own.
  package func rule(length: Int = TraceAnalysis.pause, arrival: Int? = nil) -> ScheduleRule {
    ScheduleRule(task: task, at: SchedulePlace(function), arrival: arrival ?? self.arrival, until: .run(length))
  }
}

/// Number of a task's entries of a function.
private struct EntryCount {
  let task: String
  let function: String
  /// Tasks of the guest that enter it, and how often all of them do.
  let users: Int
  let entries: Int
  var all = 0
  /// Entries while another task was there and a vCPU had something to run, by their number among all.
  var first: Int?
  var last: Int?
  /// Entries before a place of the trace.
  var before = 0
  /// While another task was there, with or without a vCPU that had something to run.
  var met: ClosedRange<Int>?
}

extension TraceAnalysis {
  /// Entries of functions by tasks of the scenario while another of them was there, and another vCPU had something to run:
  /// of each task and function the first, and then the last. Functions that few tasks enter, and seldom, come first.
  ///
  /// One switch at a function's first entry stands for what the function does there; a loop's last round often differs
  /// from its others. Uncommon places first is the order of Snowboard (SOSP 2021, section 4.3).
  /// - Parameters:
  ///   - mostUsers: a function that more tasks of the guest enter says little about the scenario, and is left out.
  ///   - limit: entries of one function that were traced; nil for all. Of one that has so many the last is not known.
  package func switchPoints(mostUsers: Int = 6, limit: Int? = nil) -> [SwitchPoint] {
    let counted = entryCounts().filter { $0.users <= mostUsers && $0.first != nil }
    let sorted = counted.enumerated().sorted {
      ($0.element.users, $0.element.all, $0.offset) < ($1.element.users, $1.element.all, $1.offset)
    }.map(\.element)
    let first = sorted.map { SwitchPoint(task: $0.task, function: $0.function, arrival: $0.first ?? 1) }
    let last = sorted.filter { $0.last != $0.first && $0.entries < limit ?? .max }.map {
      SwitchPoint(task: $0.task, function: $0.function, arrival: $0.last ?? 1)
    }
    return first + last
  }

  /// Number of ``switchPoints(mostUsers:limit:)`` that are none because no other vCPU had anything to run.
  package func idlePoints(mostUsers: Int = 6, limit: Int? = nil) -> Int {
    let met = entryCounts().filter { $0.users <= mostUsers }.map { count in
      guard let met = count.met else { return 0 }
      return met.count > 1 && count.entries < limit ?? .max ? 2 : 1
    }.reduce(0, +)
    return met - switchPoints(mostUsers: mostUsers, limit: limit).count
  }

  /// Tasks that entered each of some functions, as rules name them, and how often.
  package func users(ofFunctions names: [String]) -> [[String: Int]] {
    let counts = entryCounts()
    return names.map { name in
      counts.filter { $0.function == name }.reduce(into: [:]) { $0[$1.task, default: 0] += $1.all }
    }
  }

  /// - Parameter boundary: index of the entry to which ``EntryCount/before`` counts.
  private func entryCounts(before boundary: Int = 0) -> [EntryCount] {
    let names = taskNames
    let parties = parties(by: names)
    let functions = Dictionary(entries.map { ($0.address, $0) }) { first, _ in first }
      .mapValues { place(of: $0)?.function }
    var counts: [EntryCount] = []
    var places: [String: Int] = [:]
    for (index, entry) in entries.enumerated() {
      guard parties[entry.task] != nil, let task = names[TaskLabel(entry)] ?? nil,
        let function = functions[entry.address] ?? nil
      else { continue }
      let key = task + " " + function
      let place = places[key] ?? counts.count
      if place == counts.count {
        places[key] = place
        counts.append(
          EntryCount(
            task: task, function: function, users: users(of: entry.address), entries: entries(of: entry.address)))
      }
      counts[place].all += 1
      if index < boundary { counts[place].before += 1 }
      guard parties.contains(where: { $0.key != entry.task && $0.value.contains(entry.total) }) else { continue }
      let all = counts[place].all
      counts[place].met = (counts[place].met?.lowerBound ?? all)...all
      guard entry.othersRun else { continue }
      counts[place].first = counts[place].first ?? counts[place].all
      counts[place].last = counts[place].all
    }
    return counts
  }

  /// The place at which each round of a longer trial begins: the first function that an actor enters once in this trial,
  /// and once in each round of that.
  /// - Parameters:
  ///   - longer: the same scenario with more rounds.
  ///   - points: of this trial.
  /// - Returns: the place, and for each point after it the number of its arrival in a round; nil when there is none.
  package func rounds(
    of longer: TraceAnalysis, count: Int, _ points: [SwitchPoint]
  ) -> (begin: ScheduleRound, arrivals: [SwitchPoint: Int])? {
    let repeated = Set(
      longer.entryCounts().filter { $0.all == count && $0.entries == count }.map { SwitchPoint($0.task, $0.function) })
    let once = Set(entryCounts().filter { $0.all == 1 && $0.entries == 1 }.map { SwitchPoint($0.task, $0.function) })
    let names = taskNames
    let boundary = entries.firstIndex { entry in
      guard let task = names[TaskLabel(entry)] ?? nil, actorNames.contains(task),
        let function = place(of: entry)?.function
      else { return false }
      let key = SwitchPoint(task, function)
      return once.contains(key) && repeated.contains(key)
    }
    guard let boundary, let task = names[TaskLabel(entries[boundary])] ?? nil, let place = place(of: entries[boundary])
    else { return nil }
    let before = Dictionary(
      entryCounts(before: boundary).map { (SwitchPoint($0.task, $0.function), $0.before) }, uniquingKeysWith: +)
    var arrivals: [SwitchPoint: Int] = [:]
    for point in points {
      let arrival = point.arrival - (before[SwitchPoint(point.task, point.function)] ?? 0)
      if arrival > 0 { arrivals[point] = arrival }
    }
    return (ScheduleRound(task: task, place: place), arrivals)
  }

  /// Tasks whose order is explored, and the instructions from their first entry to their last: the actors and what
  /// they forked, which has their name at first, and the thread that handles the host's events (drivers/s390/cio/crw.c).
  private func parties(by names: [TaskLabel: String?]) -> [UInt64: ClosedRange<UInt64>] {
    let actors = Set(actorNames)
    let own = Set(
      entries.filter { $0.name == "kmcheck" || actors.contains((names[TaskLabel($0)] ?? nil) ?? "") }.map(\.task))
    return entries.filter { own.contains($0.task) }.reduce(into: [:]) { spans, entry in
      let first = spans[entry.task]?.lowerBound ?? entry.total
      spans[entry.task] = min(first, entry.total)...max(first, entry.total)
    }
  }

  private var taskNames: [TaskLabel: String?] {
    Dictionary(entries.map { (TaskLabel($0), $0) }) { first, _ in first }.mapValues { taskName(of: $0) }
  }
}

/// Key of a task's name for rules.
private struct TaskLabel: Hashable {
  let name: String
  let vcpu: Int

  init(_ entry: FunctionTrace.Entry) { (name, vcpu) = (entry.name, entry.vcpu) }
}

extension ScheduleRule {
  /// A task is held at a place while the others run.
  static func hold(_ task: String, at place: SchedulePlace) -> ScheduleRule {
    ScheduleRule(task: task, at: place, until: .run(TraceAnalysis.pause))
  }

  /// A task is held at a place, and another one waits at its own until the first is there.
  static func rendezvous(
    held: (task: String, place: SchedulePlace), waiting: (task: String, place: SchedulePlace)
  ) -> [ScheduleRule] {
    [
      ScheduleRule(task: waiting.task, at: waiting.place, until: .reach(task: held.task, held.place)),
      hold(held.task, at: held.place),
    ]
  }

  /// Orders in which two tasks can come to two functions.
  /// - Parameters:
  ///   - first: a function, and the tasks that enter it.
  ///   - second: as `first`.
  /// - Returns: for each two tasks the one at its function while the other goes through its own, both ways, and each
  ///   held alone.
  package static func orders(
    _ first: (function: String, tasks: [String]), _ second: (function: String, tasks: [String])
  ) -> [[ScheduleRule]] {
    let places = (SchedulePlace(first.function), SchedulePlace(second.function))
    var orders: [[ScheduleRule]] = []
    for one in first.tasks {
      for other in second.tasks where other != one {
        orders.append(rendezvous(held: (one, places.0), waiting: (other, places.1)))
        orders.append(rendezvous(held: (other, places.1), waiting: (one, places.0)))
        orders += [[hold(one, at: places.0)], [hold(other, at: places.1)]]
      }
    }
    return orders.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
