/// How QEMU lets a guest's vCPUs run.
package enum Schedule: Sendable, Hashable, CustomStringConvertible {
  /// Freely, a host thread each (multi-threaded TCG): how they interleave is the host's doing.
  case mttcg
  /// One vCPU by counted instructions: each takes 2^shift ns of guest time, and idle time is skipped.
  ///
  /// QEMU's `-icount shift=N,sleep=off`; shift is 0 to 10 (docs/devel/tcg-icount.rst).
  case icount(shift: Int)

  /// Reads `mttcg`, `icount` or `icount:SHIFT`; nil for anything else.
  package init?(_ text: String) {
    switch text {
    case "mttcg": self = .mttcg
    case "icount": self = .icount(shift: 7)
    default:
      let shift = text.dropFirst("icount:".count)
      guard text.hasPrefix("icount:"), let number = Int(shift), (0...10).contains(number), String(number) == shift
      else { return nil }
      self = .icount(shift: number)
    }
  }

  /// Whether the vCPUs run freely.
  package var isFree: Bool { self == .mttcg }

  /// As it is read again.
  package var description: String {
    switch self {
    case .mttcg: "mttcg"
    case .icount(7): "icount"
    case .icount(let shift): "icount:\(shift)"
    }
  }
}

extension Schedule: Codable {
  /// - Throws: `DecodingError` for a word that is no schedule.
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
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
