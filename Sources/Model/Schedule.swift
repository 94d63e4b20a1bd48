/// Schedule of a guest's vCPUs under QEMU.
package enum Schedule: Sendable, Hashable, CustomStringConvertible {
  /// Freely, a host thread each (multi-threaded TCG): how they interleave is the host's doing.
  case mttcg
  /// By counted instructions on one thread: each instruction takes 2^shift ns of guest time.
  ///
  /// QEMU's `-icount shift=N,sleep=off`; shift is 0 to 10 (docs/devel/tcg-icount.rst). With more than one vCPU, which
  /// only records of an older zlab have, QEMU switches between them at times that depend on the host.
  case icount(shift: Int, cpus: Int)
  /// By counted instructions, in turns that a seed decides (docs/schedules.md); 2 to 4 vCPUs.
  case turns(shift: Int, cpus: Int)

  /// The shift that `icount` and `turns` mean: with it each kernel boots without tripping its own watchdogs
  /// (docs/decisions/icount-shift.md).
  package static let usualShift = 3

  /// Reads what ``description`` writes, and the short forms that ``reading(_:)`` takes; nil for anything else.
  package init?(_ text: String) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = words.dropFirst().map { word in Int(word).flatMap { String($0) == word ? $0 : nil } }
    let shift = numbers.isEmpty ? Self.usualShift : numbers[0]
    switch (words[0], numbers.count) {
    case ("mttcg", 0): self = .mttcg
    case ("icount", 0...2):
      let cpus = numbers.count < 2 ? 1 : numbers[1]
      guard let shift, let cpus, (0...10).contains(shift), (1...16).contains(cpus) else { return nil }
      self = .icount(shift: shift, cpus: cpus)
    case ("turns", 0...2):
      let cpus = numbers.count < 2 ? 2 : numbers[1]
      guard let shift, let cpus, (0...10).contains(shift), (2...4).contains(cpus) else { return nil }
      self = .turns(shift: shift, cpus: cpus)
    default: return nil
    }
  }

  /// Reads what a user asks for: `mttcg`, `icount[:SHIFT]` or `turns[:SHIFT[:CPUS]]`.
  ///
  /// - Throws: `RequestError` for anything else, whose problem is to follow the words that were read. `icount` with
  ///   several vCPUs is refused: it is taken for deterministic, and is not.
  package static func reading(_ text: String) throws(RequestError) -> Schedule {
    guard let schedule = Schedule(text) else {
      throw RequestError(
        "must be mttcg, icount, icount:SHIFT, turns, turns:SHIFT or turns:SHIFT:CPUS with a SHIFT of 0 to 10 and 2 to 4 CPUS"
      )
    }
    if case .icount(let shift, let cpus) = schedule, cpus > 1 {
      throw RequestError(
        "is not deterministic with several CPUs; use turns:\(shift):\(min(cpus, 4)), which is, or icount:\(shift) with one"
      )
    }
    return schedule
  }

  /// True if an argument of `--schedule` is the path of a schedule file, by its ending.
  package static func isFile(_ text: String) -> Bool { [".yaml", ".yml"].contains(where: text.hasSuffix) }

  /// True if the vCPUs run freely.
  package var isFree: Bool { self == .mttcg }

  /// True if vCPUs run in turns that a seed decides.
  package var hasTurns: Bool { if case .turns = self { true } else { false } }

  /// Number of vCPUs; nil where the scenario decides.
  package var cpus: Int? {
    switch self {
    case .mttcg: nil
    case .icount(_, let cpus), .turns(_, let cpus): cpus
    }
  }

  /// As it is read again, whatever the usual shift is then.
  package var description: String {
    switch self {
    case .mttcg: "mttcg"
    case .icount(let shift, 1): "icount:\(shift)"
    case .icount(let shift, let cpus): "icount:\(shift):\(cpus)"
    case .turns(let shift, let cpus): "turns:\(shift):\(cpus)"
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
