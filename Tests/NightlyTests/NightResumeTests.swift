import FakeLab
import Foundation
import Guest
import Model
import Nightly
import ResultStore
import Runs
import Storage
import Synchronization
import Testing
import Trials

/// Nights that are cut short: whatever the moment, taking them up ends where nobody would have noticed.
///
/// `NightDurabilityTests` does it with SIGKILL; here it is the tasks that end, at moments that tests choose.
@Suite struct NightResumeTests {
  // A lab that is flaky, broken and slow on purpose; what a guest does follows from its trial alone.
  private static let lab = FakeKernelProvider(broken: ["broken"])
  private static func behaviour(_ spec: GuestSpec) -> Behaviour {
    let number = Int(spec.name.split(separator: "-").last ?? "") ?? 0
    switch (spec.kernel, number % 5) {
    case ("hopeless", _): return .cannotStart
    // It hangs, so that no race decides whether the finding or the program ends it.
    case ("flaky", 2): return .printsAndHangs(warning(in: "fake_detach"))
    case ("flaky", 4): return .panics(warning(in: "fake_remove"))
    case ("flaky", 3): return .cannotStart
    default: return .clean
    }
  }

  private func home() -> URL {
    FileManager.default.temporaryDirectory.appending(path: "zlab-resume-\(UUID().uuidString)")
  }

  /// Content of a database, time stamps and places apart.
  private func contents(_ store: ResultStore, _ home: URL) throws -> [String] {
    var lines: [String] = []
    try store.export { lines.append(String(decoding: $0, as: UTF8.self)) }
    let time =
      /"(started|ended|made|created|duration|boot|first_actor|teardown|emulator_cpu|spent|seconds)":("[^"]*"|[0-9.e-]+),?/
    let escaped = home.path.replacing("/", with: "\\/")
    // Whether the program had begun when its kernel panicked, and which of the panic's words and QEMU's event of it was
    // heard first, is up to the scheduler.
    let chance = /"(actors":\[[^\]]*\]|events":\[[^\]]*\]|panic_psw":"[^"]*"),?(?=.*"verdict":"fail")/
    // A trial that has failed when a signal comes is kept, and says that it did not see what follows.
    return lines.dropFirst().map { line in
      line.replacing(time, with: "").replacing(chance, with: "").replacing(escaped, with: "").replacing(
        /"end":"(interrupted|panic)"/, with: #""end":"finding""#)
    }.sorted()
  }

  private func undisturbed(_ plan: Plan, jobs: Int) async throws -> [String] {
    let home = home()
    defer { try? FileManager.default.removeItem(at: home) }
    let folders = Locations(environment: ["ZLAB_HOME": home.path])
    let store = try ResultStore(folders)
    let executor = NightExecutor(
      plan, lab: Self.lab, host: FakeHost { _, spec in Self.behaviour(spec) }, store: store, folders: folders,
      freeMemory: { nil }, onEvent: { _ in })
    _ = try await executor.begin(fakeNight("00c0ffee", jobs: jobs, at: 1000))
    return try contents(store, home)
  }

  @Test(arguments: [1, 3])
  func `a night that is cut short twenty times ends as one that nobody disturbed`(jobs: Int) async throws {
    // Of a lab that is given up, guests at a time decide how many trials were still under way.
    let kernels = ["flaky", "broken", "calm"] + (jobs == 1 ? ["hopeless"] : [])
    let plan = try fakePlan(kernels: kernels, scenarios: ["s1", "s2"], trials: 8)
    let expected = try await undisturbed(plan, jobs: jobs)
    let home = home()
    defer { try? FileManager.default.removeItem(at: home) }
    let folders = Locations(environment: ["ZLAB_HOME": home.path])
    let store = try ResultStore(folders)
    var strikes = 0
    var state = RunState.interrupted
    while state == .interrupted {
      let events = Mutex(0)
      let limit = strikes < 20 ? 3 + strikes * 7 % 11 : .max
      let executor = NightExecutor(
        plan, lab: Self.lab, host: FakeHost { _, spec in Self.behaviour(spec) }, store: store, folders: folders,
        freeMemory: { nil }
      ) { _ in events.withLock { $0 += 1 } }
      let earlier = try store.night("00c0ffee")
      let work = Task {
        if let earlier { return try await executor.resume(earlier) }
        return try await executor.begin(fakeNight("00c0ffee", jobs: jobs, at: 1000))
      }
      let killer = Task {
        while events.withLock({ $0 }) < limit { try await Task.sleep(for: .milliseconds(1)) }
        work.cancel()
      }
      state = try await work.value.state
      killer.cancel()
      if state == .interrupted { strikes += 1 }
    }
    #expect(strikes >= 5)
    let found = try contents(store, home)
    let onlyHere = Set(found).subtracting(expected).sorted()
    let onlyUndisturbed = Set(expected).subtracting(found).sorted()
    #expect(onlyHere == onlyUndisturbed)
    #expect(found.count == expected.count)
    #expect(try store.check().defects.isEmpty)
  }
}
