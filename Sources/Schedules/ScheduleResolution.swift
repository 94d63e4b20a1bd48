package import Model

/// Program of a scenario whose task a rule may name.
package struct ScheduleActor: Sendable, Hashable {
  package let name: String
  package let program: String

  package init(name: String, program: String) { (self.name, self.program) = (name, program) }
}

/// Place at which a round of a trial begins.
package struct ScheduleRound: Sendable, Hashable {
  let task: String
  let place: SchedulePlace
}

extension ScheduleFile {
  /// The plan of the rules for one kernel, which the plugin carries out (Sources/Schedules/plugin/turn-rules.c, rules_read()).
  ///
  /// - Parameters:
  ///   - kernel: its functions.
  ///   - actors: the scenario's, in order; the runner pins each to the vCPU with its number modulo theirs.
  ///   - round: begins a round, and each rule counts in a round of its own only: the first in the first; nil for none.
  /// - Throws: `RequestError` that names the places that this kernel does not have, and the nearest that it has.
  package func plan(
    on kernel: KernelMap, actors: [ScheduleActor], round: ScheduleRound? = nil
  ) throws(RequestError) -> String {
    var lines = ["task \(hex(kernel.tasks.current)) \(hex(kernel.tasks.name))"]
    if let round {
      let address = try kernel.resolve(round.place).address
      lines.append("round \(TaskPattern(round.task, actors, base).words) \(hex(address))")
    }
    var pages: Set<UInt64> = []
    for (index, rule) in rules.enumerated() {
      do {
        let at = try kernel.resolve(rule.place)
        var (other, until) = (TaskPattern(nil, actors, base), ResolvedPlace(address: 0))
        switch rule.until {
        case .run: break
        case .block(let task):
          (other, until) = (TaskPattern(task, actors, base), try kernel.resolve(SchedulePlace("schedule")))
        case .reach(let task, let place):
          (other, until) = (TaskPattern(task, actors, base), try kernel.resolve(place))
        }
        for place in [at, until] { if let page = place.page { pages.insert(page) } }
        let words = [
          "rule", TaskPattern(rule.task, actors, base).words, at.words, String(rule.arrival ?? 0), String(rule.limit),
          other.words, until.words,
        ]
        lines.append(words.joined(separator: " "))
      } catch {
        throw RequestError("\(file): rules[\(index)]: \(error.problem)", advice: error.advice)
      }
    }
    return (lines + pages.sorted().map { "page \(hex($0))" }).joined(separator: "\n") + "\n"
  }
}

/// A task as the plugin looks for it.
private struct TaskPattern {
  let words: String

  /// An actor's name stands for its program's task, and where several have that program for the one on its vCPU.
  init(_ name: String?, _ actors: [ScheduleActor], _ base: Schedule) {
    guard let name else {
      words = "- -1"
      return
    }
    let index = actors.firstIndex { $0.name == name }
    let program = index.map { String(actors[$0].program.split(separator: "/").last ?? "") } ?? name
    let isOneOfMany = index.map { index in actors.count { $0.program == actors[index].program } > 1 } ?? false
    // The kernel keeps 15 characters (TASK_COMM_LEN in include/linux/sched.h).
    let kept = program.utf8.count > 15 ? String(decoding: program.utf8.prefix(15), as: UTF8.self) : program
    words = "\(kept) \(isOneOfMany ? (index ?? 0) % (base.cpus ?? 1) : -1)"
  }
}

private struct ResolvedPlace {
  let address: UInt64
  /// Address behind the call that must have led there; 0 for any way.
  var from: UInt64 = 0
  /// The page in which blocks must be single instructions for one to begin there; nil where one begins anyway.
  var page: UInt64?

  var words: String { "\(hex(address)) \(hex(from))" }
}

extension KernelMap {
  fileprivate func resolve(_ place: SchedulePlace) throws(RequestError) -> ResolvedPlace {
    let found = named(place.function)
    guard let function = found.first else {
      let near = similarNames(to: place.function)
      throw RequestError(
        "this kernel has no function '\(place.function)'",
        advice: near.isEmpty
          ? "It may be inlined, or in a module that is not loaded." : "The nearest are \(near.joined(separator: ", "))."
      )
    }
    guard found.allSatisfy({ $0.address == function.address }) else {
      let places = found.map { "\(hex($0.address))\($0.module.map { " in \($0)" } ?? "")" }
      throw RequestError(
        "this kernel has \(found.count) functions '\(place.function)': \(places.prefix(4).joined(separator: ", "))",
        advice: "Name a call of it in another function instead: { function: CALLER, before-call: \(place.function) }.")
    }
    switch place.position {
    case .entry: return ResolvedPlace(address: function.address)
    case .offset(let offset): return try resolve(function, offset)
    case .call(let callee, let nth, let isAfter): return try resolve(function, callee, nth, isAfter: isAfter)
    }
  }

  private func resolve(_ function: Function, _ offset: Int) throws(RequestError) -> ResolvedPlace {
    let address = function.address + UInt64(offset)
    guard address < end(of: function) else {
      throw RequestError("'\(function.name)' of this kernel has 0x\(hex(end(of: function) - function.address)) bytes")
    }
    guard beginsInstruction(at: address, in: function) else {
      throw RequestError("no instruction begins at \(function.name)+0x\(String(offset, radix: 16)) in this kernel")
    }
    return ResolvedPlace(address: address, page: address & ~0xfff)
  }

  private func resolve(
    _ function: Function, _ callee: String, _ nth: Int, isAfter: Bool
  ) throws(RequestError) -> ResolvedPlace {
    let calls = calls(in: function)
    let wanted = Set(named(callee).map(\.address))
    let matches = calls.filter { wanted.contains($0.entry) && !(isAfter && $0.isTail) }
    guard matches.count >= nth else {
      let names = calls.reduce(into: [String]()) { if !$0.contains($1.callee) { $0.append($1.callee) } }
      let count = matches.isEmpty ? "does not call" : "has only \(matches.count) of \(nth) calls of"
      throw RequestError(
        "'\(function.name)' of this kernel \(count) '\(callee)'\(isAfter ? " that return" : "")",
        advice: names.isEmpty
          ? "It has no direct calls." : "It calls \(names.prefix(20).joined(separator: ", ")).")
    }
    let call = matches[nth - 1]
    return isAfter ? ResolvedPlace(address: call.next) : ResolvedPlace(address: call.entry, from: call.next)
  }

  /// True where code is not known.
  private func beginsInstruction(at address: UInt64, in function: Function) -> Bool {
    let code = bytes(from: function.address, to: end(of: function))
    guard !code.isEmpty else { return true }
    var place = function.address
    while place < address {
      let index = code.startIndex + Int(place - function.address)
      guard index < code.endIndex else { return false }
      place += [2, 4, 4, 6][Int(code[index] >> 6)]
    }
    return place == address
  }
}

private func hex(_ number: UInt64) -> String { String(number, radix: 16) }
