import Foundation
import Testing

/// SIGKILL at random moments: what ended is kept, nothing counts twice, nothing is left running.
@Suite(.serialized) struct DurabilityTests {
  let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
  }

  // An argument, so that the seed of the moments and victims is shown.
  @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
  func `a run that is killed fifty times ends as if nobody had`(seed: UInt64) async throws {
    let torture = try Torture(zlab, goal: 80, seed: seed)
    try await torture.warmUp()
    try await torture.strike(times: 50)
    try await torture.finish()
  }

  @Test func `guests run behind everything else on the machine`() async throws {
    let process = try zlab.start(["run", try zlab.sleeping(seconds: 60), "--kernel", "debian:bookworm"])
    process.say("")
    var guests: [pid_t] = []
    while guests.isEmpty, process.isRunning {
      try await Task.sleep(for: .milliseconds(20))
      guests = try zlab.emulators(guestsOnly: true)
    }
    let guest = try #require(guests.first)
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(guest)/task").compactMap { id_t($0) }
    #expect(!threads.isEmpty)
    let kind = __priority_which_t(PRIO_PROCESS.rawValue)
    // QEMU's helper threads come and go; one that has gone has no priority.
    let priorities = threads.map { (getpriority(kind, $0), errno) }.filter { $0.0 != -1 || $0.1 != ESRCH }.map(\.0)
    #expect(!priorities.isEmpty && priorities.allSatisfy { $0 >= 5 }, "\(priorities)")
    process.signal(SIGINT)
    #expect(await process.end().code == 130)
  }
}
