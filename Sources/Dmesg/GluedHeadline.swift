/// A headline behind other text on its line: what a program wrote to the console without a newline, or half a line of
/// another CPU, in a log without time stamps.
///
/// Only where a program's words end and a headline's first words begin can it be cut, so the words that may begin one
/// are few and exact; the report counts only when its lines follow (``OpenReport/lacksEvidence``).
enum GluedHeadline {
  private static let starts: [StaticString] = [
    "WARNING: ", "BUG: ", "kernel BUG at ", "Unable to handle kernel ", "Kernel panic - not syncing: ", "Oops: ",
    "UBSAN: ", "INFO: ", "------------[ cut here ]",
  ]

  /// Places that are tried for each of the words; a line with more of them is no log.
  private static let mostAttempts = 4

  /// Bytes that a headline may have here, so that all attempts together cost no more than one line.
  private static let reach = 512

  /// Start of the earliest headline; nil when there is none or nothing stands before it.
  static func start(in text: Bytes) -> Int? {
    starts.lazy.compactMap { start(of: $0, in: text) }.min()
  }

  private static func start(of words: StaticString, in text: Bytes) -> Int? {
    var rest = text.dropFirst()
    for _ in 0..<mostAttempts {
      guard let hit = rest.firstIndex(of: words) else { return nil }
      if isHeadline(text[hit...].prefix(reach)) { return hit }
      rest = text[(hit + 1)...]
    }
    return nil
  }

  private static func isHeadline(_ tail: Bytes) -> Bool {
    if tail.first == UInt8(ascii: "-") { return tail.elementsEqual("------------[ cut here ]------------".utf8) }
    guard let match = ReportPatternMatch(in: tail) else { return false }
    // Kernels print these with their place; anything less is prose.
    return match.headline.reader != .warning || match.function != nil && match.location != nil
  }
}
