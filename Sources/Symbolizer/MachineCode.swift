/// s390x instructions, as far as control leaves a function by them.
///
/// Source: z/Architecture Principles of Operation (SA22-7832), chapters 5 (lengths) and 7 (branches).
struct MachineCode {
  enum Transfer: Equatable {
    /// Leaves a return address in register 14; nil for a target in a register.
    case call(UInt64?)
    case jump(UInt64?)
    case none
  }

  /// Functions are shorter.
  static let longest: UInt64 = 1 << 16

  private let bytes: [UInt8]
  private let start: UInt64

  /// - Parameter start: the address of the first byte, which begins an instruction.
  init(_ bytes: [UInt8], at start: UInt64) {
    self.bytes = bytes
    self.start = start
  }

  /// Every transfer, with the address behind its instruction; nil when the bytes do not end with an instruction.
  func transfers() -> [(end: UInt64, transfer: Transfer)]? {
    var index = 0
    var found: [(end: UInt64, transfer: Transfer)] = []
    while index < bytes.count {
      let length = bytes[index] < 0x40 ? 2 : bytes[index] < 0xc0 ? 4 : 6
      guard index + length <= bytes.count else { return nil }
      found.append((start + UInt64(index + length), transfer(at: index)))
      index += length
    }
    return found
  }

  private func transfer(at index: Int) -> Transfer {
    let second = index + 1 < bytes.count ? bytes[index + 1] : 0
    let (upper, lower) = (second >> 4, second & 0xf)
    switch (bytes[index], lower) {
    case (0xc0, 5) where upper == 14: return .call(target(at: index, width: 4))
    case (0xa7, 5) where upper == 14: return .call(target(at: index, width: 2))
    // BASR, BAS.
    case (0x0d, _) where upper == 14, (0x4d, _) where upper == 14: return .call(nil)
    // BRCL, BRC; a mask of 0 never branches, but is how a kernel switches one off that it switches on again.
    case (0xc0, 4): return .jump(target(at: index, width: 4))
    case (0xa7, 4): return .jump(target(at: index, width: 2))
    // BCR by a register that holds no return address, BC, BIC, EXRL of such a branch in an expoline.
    case (0x07, _): return upper == 0 || lower == 0 || lower == 14 ? .none : .jump(nil)
    case (0x47, _): return upper == 0 ? .none : .jump(nil)
    case (0xe3, _): return bytes[index + 5] == 0x47 ? .jump(nil) : .none
    case (0xc6, 0): return .jump(nil)
    default: return .none
    }
  }

  /// Relative targets count halfwords from the instruction.
  private func target(at index: Int, width: Int) -> UInt64 {
    let field = bytes[(index + 2)..<(index + 2 + width)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let distance = width == 4 ? Int64(Int32(truncatingIfNeeded: field)) : Int64(Int16(truncatingIfNeeded: field))
    return start &+ UInt64(index) &+ UInt64(bitPattern: distance &* 2)
  }
}
