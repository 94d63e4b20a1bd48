import CCompression

/// Frames of LZ4, as `lz4` and pstore's user-space tools write them.
final class LZ4Stream: DecompressionStream {
  private var context: OpaquePointer?

  init?() {
    guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else { return nil }
  }

  deinit { LZ4F_freeDecompressionContext(context) }

  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep {
    var taken = input.count
    var filled = output.count
    let result = LZ4F_decompress(context, output.baseAddress, &filled, input.baseAddress, &taken, nil)
    guard LZ4F_isError(result) == 0 else { return .damaged }
    return result == 0 ? .ended(taken: taken, filled: filled) : .more(taken: taken, filled: filled)
  }

  /// A frame that has ended leaves its context ready for the next.
  func restart() -> Bool { true }
}

/// Blocks of up to 8 MiB of text behind one magic number, each with its length.
///
/// Source: "Legacy frame" in lz4_Frame_format.md of LZ4, and `lib/decompress_unlz4.c` of the kernel. Nothing says where it ends.
final class LZ4LegacyStream: DecompressionStream {
  private static let blockSize = 8 << 20
  private static let magic: [UInt8] = [0x02, 0x21, 0x4c, 0x18]

  private var header: [UInt8] = []
  private var block: [UInt8] = []
  private var length = 0
  private var text: [UInt8] = []
  private var told = 0

  var mayEnd: Bool { told == text.count && header.isEmpty && length == 0 }

  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep {
    var taken = 0
    while told == text.count {
      if length == 0 {
        let piece = input[taken...].prefix(4 - header.count)
        header += piece
        taken += piece.count
        guard header.count == 4 else { return .more(taken: taken, filled: 0) }
        // Each file of several that were put together has the number in front.
        if header != Self.magic {
          length = header.reversed().reduce(0) { $0 << 8 | Int($1) }
          guard (1...Int(LZ4_compressBound(Int32(Self.blockSize)))).contains(length) else { return .damaged }
        }
        header = []
        continue
      }
      let piece = input[taken...].prefix(length - block.count)
      block += piece
      taken += piece.count
      guard block.count == length else { return .more(taken: taken, filled: 0) }
      guard unpackBlock() else { return .damaged }
    }
    let count = min(output.count, text.count - told)
    for index in 0..<count { output[index] = text[told + index] }
    told += count
    return .more(taken: taken, filled: count)
  }

  private func unpackBlock() -> Bool {
    let count = [UInt8](unsafeUninitializedCapacity: Self.blockSize) { buffer, filled in
      filled = Int(
        max(
          0,
          block.withUnsafeBytes { source in
            buffer.withMemoryRebound(to: CChar.self) { target in
              LZ4_decompress_safe(
                source.bindMemory(to: CChar.self).baseAddress, target.baseAddress, Int32(block.count),
                Int32(Self.blockSize))
            }
          }))
    }
    (text, told, block, length) = (count, 0, [], 0)
    return !text.isEmpty
  }

  func restart() -> Bool { false }
}

/// bzip2, of which several streams may follow each other.
final class Bzip2Stream: DecompressionStream {
  private let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)

  init?() {
    stream.initialize(to: bz_stream())
    guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    BZ2_bzDecompressEnd(stream)
    stream.deallocate()
  }

  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep {
    stream.pointee.next_in = input.baseAddress.map {
      UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: CChar.self)
    }
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: CChar.self) }
    stream.pointee.avail_out = UInt32(output.count)
    let result = BZ2_bzDecompress(stream)
    let taken = input.count - Int(stream.pointee.avail_in)
    let filled = output.count - Int(stream.pointee.avail_out)
    switch result {
    case BZ_OK: return .more(taken: taken, filled: filled)
    case BZ_STREAM_END: return .ended(taken: taken, filled: filled)
    default: return .damaged
    }
  }

  func restart() -> Bool {
    BZ2_bzDecompressEnd(stream)
    stream.pointee = bz_stream()
    return BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK
  }
}
