package import Model

extension TraceAnalysis {
  /// The order of the tasks from the last pauses of the rules to the report, by the functions that tell most.
  /// - Parameters:
  ///   - rules: number of rules under which the trace was made.
  ///   - course: what became of them.
  /// - Returns: no steps where no rule made a task pause.
  package func story(rules count: Int, in course: TrialSchedule) -> [StoryStep] {
    let pauses = (0..<count).compactMap { course.pauses(of: $0).last }
    guard let start = pauses.map(\.totals.lowerBound).min() else { return [] }
    var steps: [StoryStep] = []
    var shown: Set<Int> = []
    for run in runs {
      // A pause begins in the middle of what is one run of the trace where the other tasks enter nothing.
      let own = run.filter { entries[$0].total >= start }
      guard let first = own.first else { continue }
      var chosen = telling(own, nearest: run.upperBound, most: Self.mostFunctions, isStrict: true).sorted()
      if chosen.isEmpty { chosen = telling(own, nearest: run.upperBound, most: 1) }
      let entry = entries[first]
      let calls = chosen.compactMap { index in place(of: entries[index]).map { (index: index, name: $0.function) } }
      guard !calls.isEmpty else { continue }
      shown.formUnion(calls.map(\.index))
      steps.append(
        StoryStep(
          instructions: Int(clamping: entry.total - start), vcpu: entry.vcpu, task: entry.name,
          functions: calls.map(\.name), depths: entry.stack == 0 ? nil : calls.map { depth(of: $0.index, among: shown) }
        ))
    }
    for pause in pauses {
      let begin = Int(clamping: pause.totals.lowerBound - start), end = Int(clamping: pause.totals.upperBound - start)
      steps.append(StoryStep(instructions: begin, vcpu: pause.vcpu, pauses: true))
      steps.append(StoryStep(instructions: end, vcpu: pause.vcpu, pauses: false))
    }
    let sorted = steps.enumerated().sorted {
      ($0.element.instructions, $0.offset) < ($1.element.instructions, $1.offset)
    }
    return Array(sorted.map(\.element).suffix(Self.mostSteps))
  }

  /// Number of some entries that an entry was made within.
  private func depth(of index: Int, among shown: Set<Int>) -> Int {
    var depth = 0
    var caller = callers[index]
    while let entry = caller {
      if shown.contains(entry) { depth += 1 }
      caller = callers[entry]
    }
    return depth
  }

  private static let (mostFunctions, mostSteps) = (5, 24)
}
