/// Schedule of a guest's vCPUs under QEMU.
package enum Schedule: Sendable, Hashable, CustomStringConvertible {
  /// Freely, a host thread each (multi-threaded TCG): how they interleave is the host's doing.
  case mttcg
  /// By counted instructions, the vCPUs in turn on one thread: each instruction takes 2^shift ns of guest time.
  ///
  /// QEMU's `-icount shift=N,sleep=off`; shift is 0 to 10 (docs/devel/tcg-icount.rst), vCPUs are 1 to 16.
  case icount(shift: Int, cpus: Int)

  /// The shift that `icount` means: with it each kernel boots without tripping its own watchdogs
  /// (docs/decisions/icount-shift.md).
  package static let usualShift = 3

  /// Reads `mttcg`, `icount`, `icount:SHIFT` or `icount:SHIFT:CPUS`; nil for anything else.
  package init?(_ text: String) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = words.dropFirst().map { word in Int(word).flatMap { String($0) == word ? $0 : nil } }
    switch (words[0], numbers.count) {
    case ("mttcg", 0): self = .mttcg
    case ("icount", 0...2):
      let shift = numbers.isEmpty ? Self.usualShift : numbers[0]
      let cpus = numbers.count < 2 ? 1 : numbers[1]
      guard let shift, let cpus, (0...10).contains(shift), (1...16).contains(cpus) else { return nil }
      self = .icount(shift: shift, cpus: cpus)
    default: return nil
    }
  }

  /// True if the vCPUs run freely.
  package var isFree: Bool { self == .mttcg }

  /// Number of vCPUs; nil where the scenario decides.
  package var cpus: Int? { if case .icount(_, let cpus) = self { cpus } else { nil } }

  /// As it is read again, whatever the usual shift is then.
  package var description: String {
    switch self {
    case .mttcg: "mttcg"
    case .icount(let shift, 1): "icount:\(shift)"
    case .icount(let shift, let cpus): "icount:\(shift):\(cpus)"
    }
  }
}

extension Schedule: Codable {
  // A bare `icount` in a record was written when this was the usual shift.
  private static let shiftOfOldRecords = 7

  /// - Throws: `DecodingError` for a word that is no schedule.
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard text != "icount" else {
      self = .icount(shift: Self.shiftOfOldRecords, cpus: 1)
      return
    }
    guard let schedule = Schedule(text) else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no schedule: \(text)"))
    }
    self = schedule
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
