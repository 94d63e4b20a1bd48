/// Bookkeeping of a run's batches, without a clock, a disk or Slurm.
package struct BatchTable: Sendable {
  /// Trials that one job carries out one after the other.
  package struct Batch: Sendable, Hashable {
    package var id: BatchID
    package var numbers: [Int]
    /// Looks at the queue in a row in which it was not there, with trials that have no result.
    var absences = 0

    package init(id: BatchID, numbers: [Int]) { (self.id, self.numbers) = (id, numbers) }
  }

  /// Losses after which a trial is a miss.
  static let mostLosses = 3
  /// Absences from the queue, two seconds apart, after which a batch is lost: its last results may be on their way through
  /// a network file system.
  static let mostAbsences = 3

  private(set) package var batches: [BatchID: Batch] = [:]
  /// Trials that are asked for and in no batch.
  private(set) package var waiting: [Int] = []
  private var wanted: Set<Int> = []
  private var losses: [Int: Int] = [:]
  private var submission = 0

  /// - Parameter known: batches of earlier processes that are still in the queue.
  package init(known: [Batch] = [], submissions: Int = 0) {
    for batch in known { batches[batch.id] = batch }
    submission = submissions
  }

  /// Trials that are asked for and have no result.
  package var open: Set<Int> { wanted }

  /// Asks for a trial; one that is in a batch already is waited for.
  package mutating func ask(for number: Int) {
    wanted.insert(number)
    if !batches.values.contains(where: { $0.numbers.contains(number) }) { waiting.append(number) }
  }

  /// Withdraws a trial.
  package mutating func withdraw(_ number: Int) {
    wanted.remove(number)
    waiting.removeAll { $0 == number }
  }

  /// Takes trials that wait into batches of a new submission, in order.
  /// - Parameters:
  ///   - size: trials in a batch.
  ///   - count: batches at most.
  package mutating func plan(size: Int, atMost count: Int) -> (submission: Int, batches: [Batch]) {
    submission += 1
    var planned: [Batch] = []
    while !waiting.isEmpty, planned.count < count {
      let batch = Batch(id: BatchID(submission: submission, task: planned.count), numbers: Array(waiting.prefix(size)))
      waiting.removeFirst(batch.numbers.count)
      planned.append(batch)
    }
    for batch in planned { batches[batch.id] = batch }
    return (submission, planned)
  }

  /// Takes back a submission that Slurm refused.
  package mutating func refused(_ planned: [Batch]) {
    for batch in planned {
      batches[batch.id] = nil
      waiting.append(contentsOf: batch.numbers.filter { wanted.contains($0) })
    }
  }

  /// Trials whose result is there: no batch is waited for because of them.
  package mutating func arrived(_ numbers: some Sequence<Int>) {
    let numbers = Set(numbers)
    wanted.subtract(numbers)
    for id in Array(batches.keys) {
      batches[id]?.numbers.removeAll { numbers.contains($0) }
      if batches[id]?.numbers.isEmpty == true { batches[id] = nil }
    }
  }

  /// Outcome of a look at the queue.
  package struct Losses: Sendable {
    /// Batches of which trials are asked for again.
    package var again: [Batch] = []
    /// Trials that were lost too often, with their last batch.
    package var given: [(number: Int, batch: BatchID)] = []
    /// Tasks that would never run.
    package var cancelled: [SlurmTask] = []
  }

  /// Compares the batches with the queue.
  /// - Parameters:
  ///   - tasks: that are in the queue.
  ///   - failed: batches whose worker said that it cannot carry them out: trying again is of no use.
  package mutating func compare(with tasks: [SlurmTask], failed: Set<BatchID> = []) -> Losses {
    var result = Losses()
    let present = Dictionary(tasks.map { ($0.batch, $0) }) { first, _ in first }
    for id in batches.keys.sorted() {
      guard var batch = batches[id] else { continue }
      if let task = present[id], task.skipReason == nil, !failed.contains(id) {
        batches[id]?.absences = 0
        continue
      }
      if let task = present[id] { result.cancelled.append(task) }
      batch.absences += 1
      batches[id] = batch
      guard present[id]?.skipReason != nil || failed.contains(id) || batch.absences >= Self.mostAbsences else {
        continue
      }
      batches[id] = nil
      for number in batch.numbers {
        let count = losses[number, default: 0] + 1
        losses[number] = count
        guard wanted.contains(number) else { continue }
        if failed.contains(id) || count >= Self.mostLosses {
          wanted.remove(number)
          result.given.append((number, id))
        } else {
          waiting.append(number)
        }
      }
      result.again.append(batch)
    }
    return result
  }
}
