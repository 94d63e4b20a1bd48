import Foundation
import HostTools
import Testing

/// The policy on a made-up machine (drive-policy.c), compiled by the host's gcc with its checks on.
@Suite(.serialized) struct PolicyTests {
  private struct Stretch: Equatable {
    let vcpu: Int
    let instructions: Int
  }

  private let program: URL

  init() async throws {
    program = FileManager.default.temporaryDirectory.appending(path: "drive-policy-\(UUID().uuidString.prefix(8))")
    try await compileDriver("drive-policy", with: ["turn-policy.c", "turn-rules.c"], into: program.path)
  }

  /// Stretches of vCPUs, and what the rules of a plan wrote down.
  private func course(plan: String, seed: UInt64, host: UInt64) async throws -> (stretches: String, log: String) {
    let file = program.appendingPathExtension("plan"), log = program.appendingPathExtension("log")
    defer { for place in [file, log] { try? FileManager.default.removeItem(at: place) } }
    try Data(plan.utf8).write(to: file)
    let words = ["2", String(seed), String(host), "400000", file.path, log.path]
    let text = try await HostTool(program.path, words, to: "drive the policy").run().text
    return (text, try String(contentsOf: log, encoding: .utf8))
  }

  /// Events of a log: verb, rule, total, vCPU, word.
  private func events(_ log: String) -> [[String]] {
    log.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  // In the made-up machine vCPU V runs the task `actorV`, and comes to 0x1000 * (V + 1) now and then.
  @Test func `a task pauses at its place until the others have run so much`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    let log = try await course(plan: "task 0 0\nrule actor0 -1 1000 0 0 5000 - -1 0 0\n", seed: 7, host: 0).log
    let events = events(log)
    let pauses = events.filter { $0[0] == "comes" }
    #expect(pauses.count > 3 && pauses.allSatisfy { $0[4] == "actor0" && $0[3] == "0" })
    for (one, next) in zip(events, events.dropFirst()) where one[0] == "comes" && next[0] == "goes" && next[4] == "ran"
    {
      let length = try #require(Int(next[2])) - (try #require(Int(one[2])))
      // The block that reaches it has up to 20.
      #expect(length >= 5000 && length < 5000 + 20 * 20, "\(length)")
    }
    #expect(events.contains { $0.last == "ran" })
  }

  @Test func `a pause ends when the awaited task has come, and the nth arrival alone counts`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    let plan = "task 0 0\nrule actor0 -1 1000 0 2 300000 actor1 -1 2000 0\n"
    var reasons: [String] = []
    for seed: UInt64 in 1...9 {
      let events = events(try await course(plan: plan, seed: seed, host: 0).log)
      let ends = events.filter { $0[0] == "goes" }
      #expect(ends.count == 1 && events.prefix { $0[0] == "comes" }.count == 2, "\(events)")
      reasons += ends.map { $0[4] }
    }
    // The other vCPU may wait just then, which ends a pause as well.
    #expect(reasons.count { $0 == "reached" } > 4 && Set(reasons).isSubset(of: ["reached", "idle", "alone"]))
  }

  @Test func `with rounds each rule counts in its own, from the first arrival in it`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    let rule = "rule actor0 -1 1000 0 1 5000 - -1 0 0\n"
    let rules = String(repeating: rule, count: 16)
    var paused: Set<Int> = []
    for seed: UInt64 in 1...9 {
      let events = events(try await course(plan: "task 0 0\nround actor1 -1 2000\n\(rules)", seed: seed, host: 0).log)
      let (comes, goes) = (
        events.filter { $0[0] == "comes" }.compactMap { Int($0[1]) },
        events.filter { $0[0] == "goes" }.compactMap { Int($0[1]) }
      )
      #expect(comes == comes.sorted() && goes == goes.sorted() && Set(goes).count == goes.count, "\(events)")
      paused.formUnion(goes)
    }
    // Rounds pass in which the other does not come to its place.
    #expect(paused.count > 2)
    for other in ["nobody -1 2000", "actor1 0 2000", "actor1 -1 7000"] {
      let plan = "task 0 0\nround \(other)\n\(rules)"
      #expect(try await course(plan: plan, seed: 7, host: 0).log.isEmpty, "\(other)")
    }
  }

  @Test func `rules of other tasks, vCPUs and calls do nothing`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    for rule in ["nobody -1 1000 0", "actor0 1 1000 0", "actor0 -1 1000 77770", "act* 1 1000 0"] {
      let plan = "task 0 0\nrule \(rule) 0 5000 - -1 0 0\n"
      #expect(try await course(plan: plan, seed: 7, host: 0).log.isEmpty, "\(rule)")
    }
    for rule in ["- -1 1000 0", "act* 0 1000 0", "actor0 -1 1000 ff0"] {
      let plan = "task 0 0\nrule \(rule) 0 5000 - -1 0 0\n"
      #expect(try await course(plan: plan, seed: 7, host: 0).log.isEmpty == false, "\(rule)")
    }
  }

  @Test func `the host shows in no pause`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    let plan = """
      task 0 0
      rule actor0 -1 1000 0 0 9000 actor1 -1 2000 0
      rule actor1 -1 2000 0 0 700 - -1 0 0

      """
    for seed: UInt64 in [1, 2, 3] {
      let quiet = try await course(plan: plan, seed: seed, host: 0)
      #expect(Set(events(quiet.log).map { $0[1] }) == ["0", "1"])
      for host: UInt64 in 1...5 {
        let other = try await course(plan: plan, seed: seed, host: host)
        #expect(other == quiet, "seed \(seed), host \(host)")
      }
    }
  }

  @Test(arguments: [
    "rule x", "rule - -1 0 0 0 5 - -1 0 0", "rule - -1 1000 0 0 0 - -1 0 0", "rule - 9 1000 0 0 5 - -1 0 0",
    "round actor0 9 1000", "round actor0",
  ])
  func `a plan that is none is refused`(_ line: String) async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    await #expect(throws: (any Error).self) { try await course(plan: line + "\n", seed: 1, host: 0) }
  }

  /// Who ran how long, one after the other, up to `most` instructions.
  private func stretches(vcpus: Int, seed: UInt64, host: UInt64, most: Int = 200_000) async throws -> [Stretch] {
    let words = [String(vcpus), String(seed), String(host), String(most)]
    let text = try await HostTool(program.path, words, to: "drive the policy").run().text
    let result = try text.split(separator: "\n").map { line in
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      try #require(numbers.count == 2)
      return Stretch(vcpu: numbers[0], instructions: numbers[1])
    }
    #expect(result.map(\.instructions).reduce(0, +) == most)
    return result
  }

  @Test(arguments: [2, 3, 4])
  func `what the host does to a guest shows nowhere in the order of its vCPUs`(_ vcpus: Int) async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    for seed: UInt64 in [0, 7, .max] {
      let quiet = try await stretches(vcpus: vcpus, seed: seed, host: 0)
      #expect(Set(quiet.map(\.vcpu)) == Set(0..<vcpus))
      for host: UInt64 in 1...6 {
        let other = try await stretches(vcpus: vcpus, seed: seed, host: host)
        #expect(other == quiet, "seed \(seed), host \(host)")
      }
    }
  }

  @Test func `another seed is another order, of turns with different lengths`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    var orders: [[Stretch]] = []
    for seed: UInt64 in 1...5 { orders.append(try await stretches(vcpus: 2, seed: seed, host: 0)) }
    for (index, order) in orders.enumerated() { #expect(!orders[..<index].contains(order)) }
    #expect(Set(orders[0].map(\.instructions)).count > orders[0].count / 2)
  }

  @Test func `nobody who can run waits for longer than the longest turns of the others`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    let order = try await stretches(vcpus: 2, seed: 3, host: 5)
    // 2^15 instructions and the block that reaches them; a vCPU that is alone for a while has another turn.
    #expect(order.map(\.instructions).max() ?? 0 < 4 * (1 << 15))
    #expect(order.count > 20)
  }

  @Test func `a guest with one vCPU goes on by itself`() async throws {
    defer { try? FileManager.default.removeItem(at: program) }
    #expect(try await stretches(vcpus: 1, seed: 3, host: 5).count == 1)
  }
}
