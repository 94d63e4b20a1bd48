import Foundation
import Testing

@testable import Trials

@Suite struct ConsoleWatcherTests {
  @Test func `a report that several readers see at once counts once`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "zlab-console-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    // Long enough that a reader is still in the file when the next one begins.
    let noise = String(repeating: "[    1.000000] pci 0001:00:00.0: a line that reports nothing\n", count: 8000)
    let report = """
      [    2.000000] ------------[ cut here ]------------
      [    2.000001] WARNING: CPU: 0 PID: 7 at drivers/fake/fake.c:12 fake_remove+0x6a/0x80
      [    2.000002] CPU: 0 PID: 7 Comm: actor Not tainted 6.1.0-fake #1
      [    2.000003] Call Trace:
      [    2.000004]  [<000000000010006a>] fake_remove+0x6a/0x80
      [    2.000005] ---[ end trace 0000000000000000 ]---

      """
    try Data((report + noise).utf8).write(to: file)
    for _ in 0..<20 {
      let watcher = ConsoleWatcher(
        path: file.path, nonce: "n", limits: TrialLimits(), settle: .seconds(1), awaitsEnd: false, counts: { _ in true }
      )
      await withTaskGroup { group in
        for _ in 0..<8 { group.addTask { await watcher.catchUp() } }
      }
      await watcher.drain()
      #expect(watcher.early.count == 1)
      #expect(watcher.findings.repeats == 0)
      #expect(watcher.lines == 8006)
    }
  }
}
