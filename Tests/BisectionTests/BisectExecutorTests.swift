import BisectSearch
import Bisection
import FakeLab
import Foundation
import Model
import Reports
import ResultStore
import Runs
import Statistics
import Synchronization
import Testing

@Suite struct BisectExecutorTests {
  @Test func `the culprit is found, each commit is built once, and every batch is a run`() async throws {
    let lab = try await Lab(commits: 20)
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 13)))
    #expect(answer.outcome == .found)
    #expect(answer.suspects == [Lab.id(13)])
    #expect(answer.confidence >= 0.92)
    #expect(lab.bench.builds.values.allSatisfy { $0 == 1 })
    let state = try lab.state
    for batch in state.batches { #expect(try lab.store.run(batch.run).state == .finished) }
    #expect(state.search.done.trials == (try state.batches.map { try lab.store.trials(of: $0.run).count }.reduce(0, +)))
  }

  @Test func `a bug that shows in one trial of three is found too`() async throws {
    let lab = try await Lab(commits: 12)
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 5, every: 3)))
    #expect(answer.outcome == .found)
    #expect(answer.commit == Lab.id(5))
  }

  @Test func `commits that do not build are left out, and neighbours that cannot be told apart are named`() async throws
  {
    let lab = try await Lab(commits: 12, unbuildable: [6, 7])
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 7)))
    #expect(answer.suspects == [6, 7, 8].map(Lab.id))
    #expect(try lab.state.skipReasons[Lab.id(6)]?.kind ?? .build == .build)
    #expect(lab.bench.builds[Lab.id(7)] == nil)
  }

  @Test func `a commit that does not boot is untestable with the reason, and no evidence`() async throws {
    let lab = try await Lab(commits: 8)
    let host = lab.host { _, commit in
      commit == 4 ? .panicsAtBoot : commit >= 5 ? .prints(warning(in: "fake_detach")) : .clean
    }
    let answer = try #require(try await lab.execute(on: host))
    #expect(answer.suspects == [4, 5].map(Lab.id))
    let skipReason = try #require(try lab.state.skipReasons[Lab.id(4)])
    #expect(skipReason.kind == .boot)
    #expect(skipReason.reason.contains("does not boot"))
  }

  @Test func `another finding does not make a commit bad`() async throws {
    let lab = try await Lab(commits: 16)
    let host = lab.host { _, commit in
      commit >= 12 ? .prints(warning(in: "fake_detach")) : commit == 6 ? .prints(warning(in: "other")) : .clean
    }
    let answer = try #require(try await lab.execute(on: host))
    #expect(answer.commit == Lab.id(12))
    let state = try lab.state
    #expect(state.tally(of: Lab.id(6)).shown == 0)
    let targeted: Set<String>? = if case .signatures(let targeted) = state.targets { targeted } else { nil }
    #expect(targeted?.count == 1)
  }

  @Test func `a finding that always comes with the target is evidence where the target has another name`() async throws
  {
    let lab = try await Lab(commits: 16)
    let host = lab.host { _, commit in
      commit < 6 ? .clean : .prints(warning(in: commit < 11 ? "old_name" : "new_name") + warning(in: "companion"))
    }
    let answer = try #require(try await lab.execute(on: host))
    #expect(answer.commit == Lab.id(6))
    let state = try lab.state
    #expect(state.search.assessment.warnings.contains { if case .companion = $0 { true } else { false } })
    let report = BisectReport(state, state.search.assessment, folder: "")
    #expect(report.warnings.contains { $0.contains("seems to be of the same bug") })
  }

  @Test func `a good end that fails is told before anything else is built`() async throws {
    let lab = try await Lab(commits: 30)
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 0)))
    #expect(answer.outcome == .goodEndFails)
    #expect(lab.bench.builds.count <= 3)
  }

  @Test func `a bad end that shows nothing is told before anything else is built`() async throws {
    let lab = try await Lab(commits: 30)
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 99)))
    #expect(answer.outcome == .badEndIsClean)
    #expect(lab.bench.builds.count <= 2)
  }

  @Test func `a lab that breaks ends the work, blames no commit, and the work goes on where it was`() async throws {
    let lab = try await Lab(commits: 16)
    let broken = lab.host { guest, commit in
      guest > 6 ? .cannotStart : commit >= 9 ? .prints(warning(in: "fake_detach")) : .clean
    }
    await #expect(throws: LabError.self) { try await lab.execute(on: broken) }
    #expect(try lab.state.skipReasons.isEmpty)
    let before = try lab.state.batches.count
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 9)))
    #expect(answer.commit == Lab.id(9))
    #expect(try lab.state.batches.count > before)
  }

  @Test func `misses are no evidence`() async throws {
    let lab = try await Lab(commits: 10)
    let host = lab.host { guest, commit in
      guest % 4 == 1 ? .cannotStart : commit >= 7 ? .prints(warning(in: "fake_detach")) : .clean
    }
    let answer = try #require(try await lab.execute(on: host))
    #expect(answer.commit == Lab.id(7))
    #expect(try lab.state.search.done.misses > 0)
  }

  @Test func `cancelled after each batch it ends as if it had not been, and repeats no trial`() async throws {
    let lab = try await Lab(commits: 20)
    var answer: BisectAnswer?
    var rounds = 0
    while answer == nil, rounds < 200 {
      rounds += 1
      let ended = Mutex(0)
      let work = Mutex<Task<BisectAnswer?, any Error>?>(nil)
      let task = Task {
        try await lab.execute(on: lab.host(culprit: 11)) { event in
          guard case .run(.trial(_)) = event else { return }
          // After the first trial of each life.
          ended.withLock { $0 += 1 }
          if ended.withLock({ $0 }) == 1 { work.withLock { $0?.cancel() } }
        }
      }
      work.withLock { $0 = task }
      answer = try? await task.value
    }
    #expect(answer?.commit == Lab.id(11))
    let state = try lab.state
    for batch in state.batches {
      let trials = try lab.store.trials(of: batch.run)
      #expect(Set(trials.map(\.number)).count == trials.count)
      #expect(trials.count { $0.verdict != .miss } <= batch.test.trials)
    }
  }

  @Test func `the database knows the bisection, how often its end is told`() async throws {
    let lab = try await Lab(commits: 20)
    let broken = lab.host { guest, commit in
      guest > 6 ? .cannotStart : commit >= 13 ? .prints(warning(in: "fake_detach")) : .clean
    }
    await #expect(throws: LabError.self) { try await lab.execute(on: broken) }
    let state = try lab.state
    let targeted: Set<String> = if case .signatures(let targeted) = state.targets { targeted } else { [] }
    let signature = try #require(targeted.first)
    let before = try lab.store.bisects(targeting: signature)
    #expect(before.map(\.state) == [.going] && before.first?.culprit == nil)
    let answer = try #require(try await lab.execute(on: lab.host(culprit: 13)))
    let after = try lab.store.bisects(targeting: signature)
    let record = try #require(after.first)
    #expect(after.count == 1 && record.state == .finished && record.signatures == [signature])
    #expect(record.culprit?.id == Lab.id(13) && record.culprit?.subject == "commit 13")
    #expect(record.confidence == answer.confidence && record.suspects == answer.suspects)
    #expect(record.trials == (try lab.state.search.done.trials))
    // As after a kill between the answer and the database: the journal says when it ended.
    try lab.store.put(try #require(before.first))
    _ = try await lab.execute(on: lab.host(culprit: 3))
    #expect(try lab.store.bisects(targeting: signature) == after)
  }

  @Test func `two at a time are refused`() async throws {
    let lab = try await Lab(commits: 10)
    let lock = try await lab.folder.lock()
    await #expect(throws: RequestError.self) { try await lab.execute(on: lab.host(culprit: 3)) }
    _ = consume lock
  }

  @Test func `who carries it on is told while it does, and not afterwards`() async throws {
    let lab = try await Lab(commits: 10)
    #expect(lab.folder.worker == nil)
    let before = Date()
    let lock = try await lab.folder.lock()
    let worker = try #require(lab.folder.worker)
    #expect(worker.process == Int(getpid()))
    #expect(abs(worker.since.timeIntervalSince(before)) < 60)
    _ = consume lock
    #expect(lab.folder.worker == nil)
  }

  @Test func `what has an answer is not searched again`() async throws {
    let lab = try await Lab(commits: 4)
    let first = try await lab.execute(on: lab.host(culprit: 2))
    let host = lab.host(culprit: 3)
    #expect(try await lab.execute(on: host) == first)
    #expect(host.specs.isEmpty)
  }
}
