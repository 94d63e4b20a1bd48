import Foundation

/// Finds the marks of one trial in its console, byte by byte as it grows.
///
/// The runner prints them to the kernel's log (images/actors/kernel-state.c). A console that lacks one has lost output, or
/// belongs to a kernel that was told to keep quiet.
struct ConsoleMarks: Sendable {
  private let nonce: String
  private let needle: [UInt8]
  // The end of the last chunk, in which a mark may have begun.
  private var rest: [UInt8] = []
  private var line = 1

  /// The marks that were found.
  private(set) var found: Set<Int> = []
  /// The line that has the first mark, 1-based; nil before it.
  private(set) var firstLine: Int?
  /// The kernel says itself that it dropped lines.
  private(set) var isDropped = false

  /// - Parameter nonce: of this trial, letters and digits.
  init(nonce: String) {
    self.nonce = nonce
    needle = Array("zlab: mark ".utf8)
  }

  mutating func feed(_ bytes: [UInt8]) {
    let text = rest + bytes
    for place in places(of: needle, in: text) {
      guard let number = number(in: text[(place + needle.count)...]), found.insert(number).inserted, number == 1 else {
        continue
      }
      firstLine = line + text[..<place].count { $0 == UInt8(ascii: "\n") }
    }
    // kernel/printk/printk.c, console_prepend_dropped() and, up to 6.2, call_console_driver().
    if !isDropped { isDropped = !places(of: Array("printk messages dropped".utf8), in: text).isEmpty }
    // No line break is looked at twice, and what a mark begins with is kept.
    let start = text.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    line += text[..<start].count { $0 == UInt8(ascii: "\n") }
    rest = Array(text[start...].suffix(256))
  }

  /// The marks up to a number that are not there.
  func missing(upTo last: Int) -> [Int] { last < 1 ? [] : (1...last).filter { !found.contains($0) } }

  // `12 NONCE`
  private func number(in text: ArraySlice<UInt8>) -> Int? {
    let words = text.prefix(64).split(separator: UInt8(ascii: " "), maxSplits: 1)
    guard words.count == 2, words[1].starts(with: nonce.utf8) else { return nil }
    return Int(String(decoding: words[0], as: UTF8.self)).flatMap { (1...mostMarks).contains($0) ? $0 : nil }
  }

  private func places(of needle: [UInt8], in text: [UInt8]) -> [Int] {
    var places: [Int] = []
    text.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      var from = 0
      while buffer.count - from >= needle.count,
        let hit = memchr(base + from, Int32(needle[0]), buffer.count - from - needle.count + 1)
      {
        let place = base.distance(to: UnsafeRawPointer(hit))
        if memcmp(hit, needle, needle.count) == 0 { places.append(place) }
        from = place + 1
      }
    }
    return places
  }
}

/// More marks than any trial has: its runner prints one at the start, one for each of 32 programs and one at the end.
let mostMarks = 1000
