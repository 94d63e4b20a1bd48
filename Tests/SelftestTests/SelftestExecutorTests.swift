import FakeLab
import Foundation
import Guest
import KernelConfig
import Model
import Reports
import TestSupport
import Testing
import Trials

@testable import Selftest

@Suite final class SelftestExecutorTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-selftest-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private let kernel = KernelRecord(
    id: String(repeating: "a", count: 64), name: "mine", release: "6.1.0-fake", origin: "test",
    created: Date(timeIntervalSince1970: 0))

  private func request(_ triggers: [String] = [], jobs: Int = 1) throws -> SelftestRequest {
    // The machine may be busy with other tests.
    var limits = TrialLimits()
    (limits.boot, limits.plug, limits.silence) = (.seconds(600), .seconds(600), .seconds(600))
    return SelftestRequest(
      kernel: kernel, config: try FinalConfig(parsing: Array("CONFIG_PREEMPTION=y\n".utf8), name: ".config"),
      triggers: triggers, jobs: jobs, kernelPath: "", initramfsPath: "", emulator: "", folder: folder.path,
      limits: limits)
  }

  /// A lab whose guests do this, by the trigger that they get.
  private func lab(offering triggers: [String], _ behaviour: @escaping @Sendable (String) -> Behaviour) -> FakeHost {
    let list = triggers.map { $0 + "\n" }.joined()
    return FakeHost { _, spec in
      guard case .file(let path) = spec.console else { return .cannotStart }
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      return name == "list" ? .answers(list, printing: "") : behaviour(name)
    }
  }

  private func execute(_ host: FakeHost, _ triggers: [String] = [], jobs: Int = 1) async throws -> [TriggerResult] {
    let results = try await SelftestExecutor(try request(triggers, jobs: jobs), host: host) { _ in }.execute()
    #expect(host.alive == 0)
    return results
  }

  @Test func `every trigger that the kernel offers is accounted for, in its order`() async throws {
    let host = lab(offering: ["WARNING", "BUG", "UNSET_SMEP", "NEW_ONE"]) { trigger in
      switch trigger {
      case "WARNING", "NEW_ONE": warns(trigger)
      default: .answers(actorOutput(trigger, .returned), printing: "")
      }
    }
    let results = try await execute(host, jobs: 3)
    #expect(results.map(\.trigger) == ["WARNING", "BUG", "UNSET_SMEP", "NEW_ONE"])
    #expect(results.map(\.verdict) == [.seen, .blind, .silent, .unknown])
    #expect(host.mostAlive > 1)
    let report = report(results, wanted: 4)
    #expect(report.verdict == .blind)
    let text = report.text(Style(colour: false))
    #expect(text.contains("WARNING in lkdtm_WARNING"))
    #expect(text.contains("not known to zlab: WARNING in lkdtm_NEW_ONE"))
    #expect(text.contains("no finding, the task returned, not bug in lkdtm_BUG"))
    let json = try jsonText(report)
    #expect(json.contains("\"schema\" : \"zlab.selftest/1\""))
    #expect(json.contains("\"verdict\" : \"blind\""))
    let errors = try await schemaErrors(json, "zlab.selftest-1")
    #expect(errors == nil, "\(errors ?? "")")
  }

  @Test func `only the triggers that were asked for are pulled`() async throws {
    let host = lab(offering: ["PANIC", "WARNING", "BUG"]) { warns($0) }
    let results = try await execute(host, ["WARNING"])
    #expect(results.map(\.trigger) == ["WARNING"])
    #expect(report(results, wanted: 1).verdict == .sees)
  }

  @Test func `a trigger that the kernel does not offer is a wrong request, told with the nearest`() async throws {
    let host = lab(offering: ["PANIC", "WARNING"]) { warns($0) }
    let error = await #expect(throws: RequestError.self) { try await self.execute(host, ["WARNIN"]) }
    #expect(error?.advice == "The nearest of its 2 is WARNING.")
  }

  @Test func `a kernel without LKDTM is a wrong request`() async throws {
    let host = FakeHost { _ in .programsFail(code: 69) }
    await #expect(throws: RequestError.self) { try await self.execute(host) }
  }

  @Test func `a guest that does not start is the lab's failure`() async throws {
    let host = FakeHost { _ in .cannotStart }
    await #expect(throws: LabError.self) { try await self.execute(host) }
  }

  @Test func `where the lab fails it tries once more, then says so`() async throws {
    let broken = lab(offering: ["WARNING"]) { _ in .dies(code: 137) }
    let results = try await execute(broken)
    #expect(results.map(\.verdict) == [.missed])
    #expect(broken.specs.count == 3)
    #expect(report(results, wanted: 1).verdict == .blind)
    let flaky = FakeHost { number in
      switch number {
      case 1: .answers("WARNING\n", printing: "")
      case 2: .dies(code: 137)
      default: warns("WARNING")
      }
    }
    #expect(try await execute(flaky).map(\.verdict) == [.seen])
  }

  @Test func `a selftest that was cut short is inconclusive`() {
    #expect(report([], wanted: 3).verdict == .inconclusive)
  }

  private func report(_ results: [TriggerResult], wanted: Int) -> SelftestReport {
    SelftestReport(
      kernel: kernel, wanted: wanted, results: results, started: Date(timeIntervalSince1970: 0), duration: 1,
      command: "zlab selftest --kernel mine", folder: folder.path, host: [:])
  }
}

private func warns(_ trigger: String) -> Behaviour {
  .answers(actorOutput(trigger, .returned), printing: warning(in: "lkdtm_" + trigger))
}
