/// Keeps the bytes of the lines that a parser works on, for as long as it does: the owner of what ``Bytes`` view.
final class LineStore: @unchecked Sendable {
  private static let blockSize = 64 << 10

  private var blocks: [UnsafeMutableBufferPointer<UInt8>]
  /// Bytes of the last block that are taken.
  private var used = 0

  init() { blocks = [.allocate(capacity: Self.blockSize)] }

  deinit { for block in blocks { block.deallocate() } }

  /// More than a block is taken: lines that still wait are better moved to a new store.
  var isFull: Bool { blocks.count > 1 }

  /// Copies the bytes.
  func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> Bytes {
    let start = room(for: bytes.count)
    if let base = bytes.baseAddress { start.update(from: base, count: bytes.count) }
    return Bytes(UnsafeBufferPointer(start: start, count: bytes.count))
  }

  /// Copies a run.
  func keep(_ run: Bytes) -> Bytes { run.withUnsafeBufferPointer { keep($0) } }

  /// Copies an array's bytes.
  func keep(_ bytes: [UInt8]) -> Bytes { bytes.withUnsafeBufferPointer { keep($0) } }

  /// Copies two runs into one.
  func join(_ first: Bytes, _ second: Bytes, withBlank: Bool) -> Bytes {
    keep(Array(first) + (withBlank ? [0x20] : []) + Array(second))
  }

  private func room(for count: Int) -> UnsafeMutablePointer<UInt8> {
    if blocks[blocks.count - 1].count - used < count {
      blocks.append(.allocate(capacity: max(count, Self.blockSize)))
      used = 0
    }
    defer { used += count }
    return blocks[blocks.count - 1].baseAddress! + used
  }

  /// Forgets every line; no view of one may be used again.
  func removeAll() {
    while blocks.count > 1 { blocks.removeLast().deallocate() }
    used = 0
    // Only so a sanitizer sees a view that is used afterwards: scripts/fuzz-dmesg.
    #if FREED_LINES
      blocks.removeLast().deallocate()
      blocks.append(.allocate(capacity: Self.blockSize))
    #endif
  }
}
