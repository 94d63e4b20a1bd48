/// The stamp and the caller that printk itself puts before a line, read in one pass: nearly every line of a log has
/// them, and whatever else can stand in front is for ``LinePrefix``.
///
/// Source: `print_time()` and `print_caller()` of `kernel/printk/printk.c`.
struct PrintkStamp {
  /// Index of the first byte of the text.
  let end: Int
  let caller: Caller?
  /// Nothing else stands before the text, nor a second stamp in it.
  let endsPrefix: Bool

  /// nil when the line begins otherwise than with `[   12.000001] ` or `[   12.000001][   T57] `.
  init?(_ line: Bytes) {
    guard line.first == UInt8(ascii: "[") else { return nil }
    let found = line.withUnsafeBufferPointer { Self.read($0) }
    guard let found else { return nil }
    (end, caller, endsPrefix) = (line.startIndex + found.end, found.caller, found.endsPrefix)
  }

  private static func read(
    _ line: UnsafeBufferPointer<UInt8>
  ) -> (end: Int, caller: Caller?, endsPrefix: Bool)? {
    guard var index = seconds(line) else { return nil }
    var caller: Caller?
    if index < line.count, line[index] == UInt8(ascii: "["), let (found, end) = printer(line, index + 1) {
      caller = found
      index = end
    }
    guard index < line.count, line[index] == 0x20 else { return nil }
    while index < line.count, line[index].isBlank { index += 1 }
    guard index < line.count, !line[line.count - 1].isBlank else { return (index, caller, false) }
    return (index, caller, isPlain(line, from: index))
  }

  /// The index behind `[   12.000001]`.
  private static func seconds(_ line: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 1
    while index < line.count, line[index] == 0x20 { index += 1 }
    let whole = index
    while index < line.count, line[index].isDigit { index += 1 }
    guard index > whole, index < line.count, line[index] == UInt8(ascii: ".") else { return nil }
    let fraction = index + 1
    index = fraction
    while index < line.count, line[index].isDigit { index += 1 }
    guard index - fraction >= 3, index < line.count, line[index] == UInt8(ascii: "]"), index < 64 else { return nil }
    return index + 1
  }

  /// `   T57]`; Android's kernels add the CPU, which is left to ``Caller/init(_:)``.
  private static func printer(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> (Caller, end: Int)? {
    var index = start
    while index < line.count, line[index] == 0x20 { index += 1 }
    guard index < line.count, line[index] == UInt8(ascii: "T") || line[index] == UInt8(ascii: "C") else { return nil }
    let isTask = line[index] == UInt8(ascii: "T")
    var number = 0
    let digits = index + 1
    index = digits
    while index < line.count, line[index].isDigit, index - digits < 9 {
      number = number * 10 + Int(line[index] - 0x30)
      index += 1
    }
    guard index > digits, index < line.count, line[index] == UInt8(ascii: "]") else { return nil }
    return (Caller(isTask: isTask, number: number), index + 1)
  }

  /// True if the text begins with a word that no prefix begins with, and has no stamp behind a bracket.
  private static func isPlain(_ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    let first = line[start]
    // `c` may be a bracket of a 3270 console; `k` may begin a daemon's name.
    guard
      first.isLetter || first == UInt8(ascii: "[") && start + 1 < line.count && line[start + 1] == UInt8(ascii: "<"),
      first != UInt8(ascii: "c"), first != UInt8(ascii: "k")
    else { return false }
    let text = Bytes(UnsafeBufferPointer(rebasing: line[start...]))
    // `host kernel: `.
    if let blank = text.index(of: 0x20), text[(blank + 1)...].first == UInt8(ascii: "k") { return false }
    var rest = text
    while let open = rest.index(of: UInt8(ascii: "[")) {
      rest = text[(open + 1)...]
      if let next = rest.first, next.isDigit || next.isBlank { return false }
    }
    return true
  }
}
