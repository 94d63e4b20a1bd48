extension KernelMap {
  /// A direct call in a function.
  package struct Call: Sendable, Hashable {
    /// Name of the function that is called.
    package let callee: String
    /// Addresses of its entry and of what follows the call.
    package let entry: UInt64
    package let next: UInt64
    /// The function ends with it, so that nothing returns there.
    package let isTail: Bool
  }

  /// Direct calls in a function, in the order of its code.
  ///
  /// `brasl %r14` is a call, `brcl 15` (jg) to the entry of another function a tail call (z/Architecture Principles of
  /// Operation, ch. 7). Calls out of modules go through a table, whose entries hold the address
  /// (arch/s390/kernel/module.c, apply_rela()).
  package func calls(in function: Function) -> [Call] {
    let end = end(of: function)
    let code = bytes(from: function.address, to: end)
    var calls: [Call] = []
    var place = code.startIndex
    while place < code.endIndex {
      // The first two bits give the length: 2, 4, 4 or 6 bytes.
      let length = [2, 4, 4, 6][Int(code[place] >> 6)]
      defer { place += length }
      guard length == 6, code.endIndex - place >= 6, code[place] == 0xc0 else { continue }
      let (isCall, isJump) = (code[place + 1] == 0xe5, code[place + 1] == 0xf4)
      guard isCall || isJump else { continue }
      let here = function.address + UInt64(place - code.startIndex)
      let halfwords = code[(place + 2)..<(place + 6)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      var target = here &+ UInt64(bitPattern: Int64(Int32(bitPattern: halfwords)) * 2)
      if let far = tableEntry(at: target) { target = far }
      guard let callee = self.function(at: target), callee.address == target,
        isCall || callee.address != function.address
      else { continue }
      calls.append(Call(callee: callee.name, entry: target, next: here + 6, isTail: isJump))
    }
    return calls
  }

  // basr %r1,0; lg %r1,10(%r1); ...; the address, 12 bytes from the start.
  private func tableEntry(at address: UInt64) -> UInt64? {
    let bytes = Array(bytes(from: address, to: address + 20))
    guard bytes.count == 20, bytes.starts(with: [0x0d, 0x10, 0xe3, 0x10, 0x10, 0x0a, 0x00, 0x04]) else { return nil }
    return bytes[12..<20].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }
}
