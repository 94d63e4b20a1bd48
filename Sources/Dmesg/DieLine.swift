/// The line on which the kernel dies: a reason, a code, and the number of the death.
///
/// `fixpoint divide exception: 0009 ilc:2 [#1] SMP` on s390x (without `ilc` before 3.12), `int3: 0000 [#1] SMP` on x86,
/// since 6.10 with `Oops: ` in front. Any reason is taken, because each version has others. Sources: `die()` in
/// `arch/s390/kernel/dumpstack.c` and its callers in `arch/s390/kernel/traps.c` and `arch/s390/mm/fault.c`, and
/// `__die_header()` in `arch/x86/kernel/dumpstack.c`.
struct DieLine {
  let reason: Bytes
  /// Only s390x prints the length of the instruction.
  let hasLength: Bool

  /// nil when the text has another form, and for a bare `Oops`, which has a headline of its own.
  init?(_ text: Bytes) {
    guard let mark = text.firstIndex(of: " [#") else { return nil }
    let number = text[(mark + 3)...].prefix { $0.isDigit }
    guard !number.isEmpty, text[number.endIndex...].first == UInt8(ascii: "]") else { return nil }
    var head = text[..<mark]
    let length = head.suffix(6)
    hasLength = length.count == 6 && length.hasPrefix(" ilc:") && length.last?.isDigit == true
    if hasLength { head = head.dropLast(6) }
    guard head.count > 6, head.suffix(4).hexadecimal != nil, head.dropLast(4).hasSuffix(": ") else { return nil }
    let words = head.dropLast(6)
    reason = words.lastIndex(of: UInt8(ascii: ":")).map { words[($0 + 1)...].trimmed } ?? words
    let isReason = reason.first?.isLetter == true && !reason.elementsEqual("Oops".utf8)
    guard isReason, reason.allSatisfy({ $0.isLetter || $0.isDigit || " -_/".utf8.contains($0) }),
      hasLength || Self.isFlags(text[number.endIndex...].dropFirst())
    else { return nil }
  }

  /// `SMP PREEMPT_RT` and nothing else: without the length the line could be somebody's prose.
  private static func isFlags(_ text: Bytes) -> Bool {
    text.allSatisfy { $0.isUpper || $0 == 0x20 || $0 == UInt8(ascii: "_") }
  }
}
