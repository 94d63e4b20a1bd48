import Foundation
import HostTools
import Synchronization
import TestSupport
import Testing

@Suite struct BlockingThreadTests {
  @Test func `jobs run on one thread that is not the caller's, in order`() async {
    let thread = BlockingThread(name: "test")
    let order = Mutex<[Int]>([])
    var threads: Set<UInt> = []
    for number in 0..<50 {
      let identity = await thread.run {
        order.withLock { $0.append(number) }
        return UInt(pthread_self())
      }
      threads.insert(identity)
    }
    #expect(threads.count == 1)
    #expect(order.withLock { $0 } == Array(0..<50))
  }

  @Test func `what the body throws arrives typed`() async {
    struct Broken: Error {}
    let thread = BlockingThread(name: "test")
    await #expect(throws: Broken.self) { try await thread.run { () throws(Broken) -> Int in throw Broken() } }
  }

  @Test func `dropping the value ends its thread`() async throws {
    func threads() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
    var many: [BlockingThread] = []
    for number in 0..<20 {
      let thread = BlockingThread(name: "zlab-end")
      await thread.run {}
      many.append(thread)
      #expect(many.count == number + 1)
    }
    let before = try threads()
    many.removeAll()
    #expect(try await eventually { try threads() <= before - 20 })
  }
}
