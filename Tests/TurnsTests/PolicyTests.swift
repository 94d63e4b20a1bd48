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
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Turns/plugin"
    ).standardizedFileURL.path
    let driver = try #require(Bundle.module.url(forResource: "drive-policy", withExtension: "c")).path
    let checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror"]
    try await HostTool(
      "gcc", ["-O1", "-std=gnu11", "-I", sources] + checks + ["-o", program.path, driver, sources + "/turn-policy.c"],
      to: "compile the policy's driver"
    ).run()
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
