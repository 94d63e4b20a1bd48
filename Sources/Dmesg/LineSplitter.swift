#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Cuts arriving bytes into lines, however the reads were cut.
struct LineSplitter: Sendable {
  /// Bytes of a line that are kept; a console line of printk has at most 1 KB, a module list a few.
  static let lineLimit = 16 << 10

  /// A complete line without its newline.
  enum Line {
    /// Position in the chunk, without a copy.
    case inChunk(Range<Int>)
    /// It began in an earlier chunk.
    case assembled([UInt8])
  }

  private var partial: [UInt8] = []
  /// Bytes of an unfinished line arrived, perhaps none of them kept.
  private var isMidLine = false

  /// The next line that ends in the chunk; nil, and the rest kept for the next chunk, when none does.
  mutating func next(in chunk: UnsafeBufferPointer<UInt8>, from offset: inout Int) -> Line? {
    guard offset < chunk.count, let base = chunk.baseAddress else { return nil }
    let rest = chunk.count - offset
    guard let hit = memchr(base + offset, 0x0a, rest) else {
      keep(chunk[offset...])
      offset = chunk.count
      return nil
    }
    let end = offset + (UnsafeRawPointer(hit) - UnsafeRawPointer(base + offset))
    defer { offset = end + 1 }
    guard isMidLine else { return .inChunk(offset..<min(end, offset + Self.lineLimit)) }
    keep(chunk[offset..<end])
    return finish()
  }

  /// The unfinished line, when there is one.
  mutating func finish() -> Line? {
    guard isMidLine else { return nil }
    defer {
      partial = []
      isMidLine = false
    }
    return .assembled(partial)
  }

  private mutating func keep(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
    isMidLine = true
    partial.append(contentsOf: bytes.prefix(Self.lineLimit - partial.count))
  }
}
