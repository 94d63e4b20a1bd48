import Schedules
import Testing

@testable import Commands

/// The order in which switches are tried, several in a trial and alone.
@Suite struct SwitchQueueTests {
  private func points(_ numbers: some Sequence<Int>) -> [SwitchPoint] {
    numbers.map { SwitchPoint(task: "user", function: "f\($0)", arrival: 1) }
  }

  private func numbers(_ batch: SwitchQueue.Batch?) -> [Int]? {
    batch?.points.compactMap { Int($0.function.dropFirst()) }
  }

  @Test func `switches come together, those that were not made again with another seed, and alone in the end`() throws {
    var queue = SwitchQueue(points(0..<20)) { $0.function != "f3" }
    var passes: [Int] = []
    var trials: [[Int]] = []
    while let batch = queue.next() {
      let taken = try #require(numbers(batch))
      trials.append(taken)
      // The switches 0 and 1 are never made in a shared trial.
      if batch.isShared {
        passes.append(batch.pass)
        queue.retry(batch, batch.points.filter { ["f0", "f1"].contains($0.function) })
      }
    }
    #expect(
      trials == [
        Array(0..<17).filter { $0 != 3 }, [17, 18, 19], [0, 1], [0, 1], [3], [0], [1],
      ])
    #expect(passes == [0, 0, 1, 2])
  }

  @Test func `a trial that fails is halved down to each of its switches`() throws {
    var queue = SwitchQueue(points(0..<32)) { _ in true }
    let batches = [queue.next(), queue.next()].compactMap(\.self)
    try #require(batches.count == 2)
    let (first, second) = (batches[0], batches[1])
    queue.retry(second, [])
    queue.split(first)
    var trials: [[Int]] = []
    while let batch = queue.next() {
      trials.append(try #require(numbers(batch)))
      guard batch.isShared else { continue }
      if batch.points.contains(where: { $0.function == "f5" }), trials.count == 1 {
        queue.split(batch)
      } else {
        queue.retry(batch, [])
      }
    }
    #expect(trials == [Array(0..<8), Array(0..<4), Array(4..<8), Array(8..<16)])
    #expect(queue.isSharing)
  }

  @Test func `a kernel that fails in most shared trials gets each switch alone, and none is lost`() throws {
    var queue = SwitchQueue(points(0..<40)) { _ in true }
    var alone: [Int] = []
    while let batch = queue.next() {
      if batch.isShared { queue.split(batch) } else { alone += numbers(batch) ?? [] }
    }
    #expect(!queue.isSharing && alone.sorted() == Array(0..<40))
    // A trial that was under way when that was found out comes back, too.
    var other = SwitchQueue(points(0..<48)) { _ in true }
    let first = other.next()
    let under = try #require(first)
    for _ in 0..<3 { if let batch = other.next(), batch.isShared { other.split(batch) } }
    other.retry(under, under.points)
    var rest: [Int] = []
    while let batch = other.next() { if batch.isShared { other.split(batch) } else { rest += numbers(batch) ?? [] } }
    #expect(rest.sorted() == Array(0..<48))
  }

  @Test func `nothing is shared where no round can be told`() {
    var queue = SwitchQueue(points(0..<2)) { _ in false }
    #expect(!queue.isSharing && numbers(queue.next()) == [0] && numbers(queue.next()) == [1] && queue.next() == nil)
  }
}
