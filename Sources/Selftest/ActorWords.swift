import Foundation
import Model

/// Output of the actor `lkdtm`: hostile, for the guest may be broken.
enum ActorWords {
  /// More triggers than any kernel has are a guest's mischief.
  static let mostTriggers = 512

  /// The triggers that `lkdtm --list` printed, each once, in the kernel's order.
  static func triggers(_ output: String) -> [String] {
    var known: Set<Substring> = []
    let names = output.split(separator: "\n").filter { isTrigger($0) && known.insert($0).inserted }
    return names.prefix(mostTriggers).map(String.init)
  }

  /// True if it can be a trigger's name; it becomes part of a file's name.
  static func isTrigger(_ name: some StringProtocol) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
      }
  }

  private struct Summary: Decodable { var outcome: TriggerOutcome }

  /// Result of the task that fired the trigger, and messages of LKDTM.
  static func pull(_ output: String) -> (outcome: TriggerOutcome?, words: [String]) {
    let lines = output.split(separator: "\n", maxSplits: 256)
    guard let first = lines.first, first.utf8.count < 1024 else { return (nil, []) }
    let summary = try? JSONDecoder().decode(Summary.self, from: Data(first.utf8))
    let words = lines.dropFirst().prefix(64).filter { $0.hasPrefix("lkdtm: ") }
    return (summary?.outcome, words.map { String($0.dropFirst("lkdtm: ".count).prefix(200)) })
  }
}
