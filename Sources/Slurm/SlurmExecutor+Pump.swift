import Foundation
import Model
import Synchronization
import Trials

extension SlurmExecutor {
  /// Takes in results, watches the queue and submits, until nothing is asked for any more.
  func pump() async {
    // Whoever asks for many trials does so at once: they go into one array.
    try? await Task.sleep(for: .milliseconds(100))
    var turn = 0
    while true {
      takeIn()
      let isOver = state.withLock { state in
        if state.table.open.isEmpty { state.isPumping = false }
        return state.table.open.isEmpty
      }
      if isOver { return }
      // The queue is asked less often than the folder, which costs the site nothing.
      if turn % 4 == 0 { await look() }
      await submit()
      turn += 1
      try? await Task.sleep(for: .milliseconds(500))
    }
  }

  /// Takes results that are asked for into the run's folder.
  private func takeIn() {
    let open = state.withLock { $0.table.open }
    for number in results.numbers() where open.contains(number) {
      let trial: Trial
      do { trial = try results.take(number, of: job, into: folder, limits: limits) } catch {
        let words = (error as? RequestError)?.problem ?? (error as? LabError)?.problem ?? "\(error)"
        trial = .miss(number: number, seed: job.run.seed(ofTrial: number), "its result cannot be used: \(words)")
      }
      let isWanted = state.withLock { state in
        defer { state.table.arrived([number]) }
        state.seconds = (state.seconds.sum + trial.duration, state.seconds.count + 1)
        return state.table.open.contains(number)
      }
      if isWanted { end(trial) }
    }
  }

  /// Compares what was submitted with the queue.
  private func look() async {
    let tasks: [SlurmTask]
    do { tasks = try await queue.tasks() } catch {
      // A controller that restarts is no loss of a job.
      let isNew = state.withLock { state in
        defer { state.hasNotedSilence = true }
        return !state.hasNotedSilence
      }
      if isNew { onEvent(.note("\((error as? LabError)?.problem ?? "\(error)"); waiting for Slurm")) }
      return
    }
    let failed = Set(state.withLock { Array($0.table.batches.keys) }.filter { failure(of: $0) != nil })
    let losses = state.withLock { state in
      state.hasNotedSilence = false
      state.tasks = tasks
      return state.table.compare(with: tasks, failed: failed)
    }
    try? await queue.cancel(losses.cancelled)
    for batch in losses.again {
      let reason = reason(for: batch.id, losses.cancelled)
      onEvent(
        .note("batch \(batch.id.submission).\(batch.id.task) was lost with \(batch.numbers.count) trials: \(reason)"))
    }
    for (number, batch) in losses.given {
      let reason = reason(for: batch, losses.cancelled)
      end(.miss(number: number, seed: job.run.seed(ofTrial: number), "lost by Slurm: \(reason)"))
    }
    onEvent(.queue(words(for: tasks)))
  }

  private func reason(for id: BatchID, _ cancelled: [SlurmTask]) -> String {
    if let failure = failure(of: id) { return failure }
    if let skipReason = cancelled.first(where: { $0.batch == id })?.skipReason { return skipReason }
    let log = submissionFolder(id.submission, in: place).appending(path: "batch-\(id.task).out")
    let last = lastLine(of: log)
    return "its job left the queue without all results" + (last.map { "; its log ends with '\($0)'" } ?? "")
  }

  /// Reason for which a worker refused its batch; nil when it has not.
  private func failure(of id: BatchID) -> String? {
    lastLine(of: submissionFolder(id.submission, in: place).appending(path: "batch-\(id.task).error"))
  }

  private func lastLine(of file: URL) -> String? {
    guard let handle = try? FileHandle(forReadingFrom: file), let size = try? handle.seekToEnd() else { return nil }
    try? handle.seek(toOffset: size > 4096 ? size - 4096 : 0)
    let text = String(decoding: (try? handle.read(upToCount: 4096)) ?? Data(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map {
      String($0.prefix(300))
    }
  }

  private func words(for tasks: [SlurmTask]) -> String {
    let running = tasks.filter(\.isRunning)
    let nodes = Set(running.map(\.place)).count
    let pending = tasks.filter { !$0.isRunning }
    let reasons = Set(pending.map(\.place)).filter { !$0.isEmpty && $0 != "None" }.sorted().prefix(2).joined(
      separator: ", ")
    return "batches: \(running.count) running" + (nodes > 1 ? " on \(nodes) nodes" : "") + ", \(pending.count) pending"
      + (reasons.isEmpty ? "" : " (\(reasons))")
  }

  private func submit() async {
    let planned = state.withLock { state -> (submission: Int, batches: [BatchTable.Batch])? in
      let (waiting, active) = (state.table.waiting.count, state.table.batches.count)
      guard waiting > 0, state.cancellation == nil else { return nil }
      guard state.seconds.count > 0 || onSubmitted != nil else {
        // Nobody knows yet how long a trial takes: a few are measured first.
        guard active == 0 else { return nil }
        return state.table.plan(size: max(1, min(2, waiting / slots)), atMost: slots)
      }
      let mean = state.seconds.count > 0 ? state.seconds.sum / Double(state.seconds.count) : 10
      let size = min(batchSize(mean), max(1, (waiting + slots - 1) / slots))
      // What comes in one by one is gathered, unless a node would be idle meanwhile.
      guard waiting >= size, active < slots || waiting >= batchSize(mean) else { return nil }
      return state.table.plan(size: size, atMost: 1000)
    }
    guard let planned, !planned.batches.isEmpty else { return }
    do {
      try await submit(planned)
      state.withLock { $0.submitted += planned.batches.count }
      if let onSubmitted, state.withLock({ $0.table.waiting.isEmpty }) { onSubmitted() }
    } catch {
      let words = (error as? LabError)?.problem ?? "\(error)"
      refuse(planned.batches, words)
    }
  }

  private func submit(_ planned: (submission: Int, batches: [BatchTable.Batch])) async throws {
    let folder = submissionFolder(planned.submission, in: place)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Before sbatch: whoever goes on after a crash finds what a job in the queue is to do.
    for batch in planned.batches {
      try TrialJob(run: job.run, numbers: batch.numbers).write(
        to: folder.appending(path: "batch-\(batch.id.task).json").path)
    }
    try Data(worker.script(folder.path).utf8).write(to: folder.appending(path: "worker.sh"), options: .atomic)
    let mean = state.withLock { $0.seconds.count > 0 ? $0.seconds.sum / Double($0.seconds.count) : 30 }
    let size = planned.batches.map(\.numbers.count).max() ?? 1
    let minutes = Int(Double(size) * max(30, mean * 10) / 60) + 10
    _ = try await queue.submit(
      planned.submission, count: planned.batches.count, folder: folder.path, worker: worker, minutes: minutes)
  }

  /// Makes misses of trials that Slurm does not take.
  private func refuse(_ batches: [BatchTable.Batch], _ reason: String) {
    for number in batches.flatMap(\.numbers) {
      let isWanted = state.withLock { state in
        defer { state.table.withdraw(number) }
        return state.table.open.contains(number)
      }
      if isWanted { end(.miss(number: number, seed: job.run.seed(ofTrial: number), reason)) }
    }
    state.withLock { state in state.table.refused(batches) }
  }
}
