import Slurm
import Testing

/// Bookkeeping of batches against a queue in which jobs die in every way.
@Suite struct BatchTableTests {
  private func task(_ submission: Int, _ task: Int, _ state: String = "RUNNING", _ place: String = "n1") -> SlurmTask {
    SlurmTask("77|\(task)|\(submission)|\(state)|(\(place))")!
  }

  private func table(_ numbers: ClosedRange<Int>, size: Int) -> BatchTable {
    var table = BatchTable()
    for number in numbers { table.ask(for: number) }
    _ = table.plan(size: size, atMost: 1000)
    return table
  }

  @Test func `trials go into batches in order, and those that come later into another submission`() {
    var table = BatchTable()
    for number in 1...7 { table.ask(for: number) }
    let first = table.plan(size: 3, atMost: 2)
    #expect(first.submission == 1)
    #expect(first.batches.map(\.numbers) == [[1, 2, 3], [4, 5, 6]])
    #expect(first.batches.map(\.id.task) == [0, 1])
    #expect(table.waiting == [7])
    table.ask(for: 8)
    #expect(table.plan(size: 3, atMost: 2).batches.map(\.numbers) == [[7, 8]])
  }

  @Test func `a batch is over with its last result, whatever the queue says of it`() {
    var table = table(1...2, size: 2)
    table.arrived([2])
    #expect(table.batches.count == 1)
    _ = table.compare(with: [task(1, 0)])
    table.arrived([1])
    #expect(table.batches.isEmpty && table.open.isEmpty)
    #expect(table.compare(with: [task(1, 0)]).again.isEmpty)
  }

  @Test func `a batch that left the queue is lost after three looks, and only its missing trials are asked for again`()
  {
    var table = table(1...4, size: 2)
    table.arrived([1])
    for look in 1...3 {
      let losses = table.compare(with: [task(1, 1)])
      #expect(losses.again.map(\.numbers) == (look == 3 ? [[2]] : []))
    }
    #expect(table.waiting == [2])
    #expect(table.plan(size: 9, atMost: 9).batches.map(\.numbers) == [[2]])
  }

  @Test func `a requeued batch that comes back in time is not lost`() {
    var table = table(1...1, size: 1)
    for tasks in [[], [], [task(1, 0, "PENDING", "BeginTime")], [], [], [task(1, 0)]] {
      #expect(table.compare(with: tasks).again.isEmpty)
    }
    #expect(table.waiting.isEmpty)
  }

  @Test func `a trial that is lost three times is given up, once`() {
    var table = table(5...5, size: 1)
    var given: [Int] = []
    for _ in 1...3 {
      for _ in 1...3 { given += table.compare(with: []).given.map(\.number) }
      _ = table.plan(size: 1, atMost: 1)
    }
    #expect(given == [5])
    #expect(table.open.isEmpty && table.waiting.isEmpty && table.batches.isEmpty)
  }

  @Test(arguments: [
    ("PENDING", "JobHeldUser"), ("PENDING", "launch failed requeued held"), ("PENDING", "PartitionConfig"),
    ("REQUEUE_HOLD", "x held x"),
  ])
  func `a job that will never run is cancelled and lost at once`(_ state: String, _ place: String) {
    var table = table(1...1, size: 1)
    let losses = table.compare(with: [task(1, 0, state, place)])
    #expect(losses.cancelled.count == 1 && losses.again.count == 1)
    #expect(table.waiting == [1])
  }

  @Test(arguments: [("PENDING", "Resources"), ("PENDING", "Priority"), ("CONFIGURING", ""), ("SUSPENDED", "n1")])
  func `a job that waits or starts is left alone`(_ state: String, _ place: String) {
    var table = table(1...1, size: 1)
    for _ in 1...9 { #expect(table.compare(with: [task(1, 0, state, place)]).again.isEmpty) }
  }

  @Test func `a batch that its worker refuses is given up without another attempt`() {
    var table = table(1...2, size: 2)
    let losses = table.compare(with: [], failed: [BatchID(submission: 1, task: 0)])
    #expect(losses.given.map(\.number) == [1, 2])
    #expect(table.open.isEmpty)
  }

  @Test func `what an earlier process submitted is waited for and not submitted again`() {
    let known = BatchTable.Batch(id: BatchID(submission: 4, task: 0), numbers: [1, 2])
    var table = BatchTable(known: [known], submissions: 4)
    for number in 1...3 { table.ask(for: number) }
    #expect(table.waiting == [3])
    let next = table.plan(size: 5, atMost: 5)
    #expect(next.submission == 5 && next.batches.map(\.numbers) == [[3]])
  }

  @Test func `a withdrawn trial is neither submitted nor given up`() {
    var table = table(1...2, size: 1)
    table.withdraw(1)
    table.ask(for: 3)
    table.withdraw(3)
    for _ in 1...3 { #expect(table.compare(with: [task(1, 1)]).given.isEmpty) }
    #expect(table.waiting.isEmpty && table.open == [2])
  }

  @Test(arguments: ["", "1|2|3|RUNNING", "a|b|1|PENDING|x", "1|0|note|PENDING|x", "1|N/A|1|PENDING|x"])
  func `a line of another job is none of ours`(_ line: String) { #expect(SlurmTask(line) == nil) }
}
