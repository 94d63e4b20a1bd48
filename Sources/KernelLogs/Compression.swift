import CCompression

/// Compression of a log, told by its first bytes.
package enum Compression: String, Sendable, CaseIterable {
  case gzip, xz, zstd
  /// As pstore keeps records; only with the header that RFC 1950 gives it.
  case zlib

  /// The bytes that are needed to tell.
  static let magicLength = 6

  /// Sources: RFC 1952 section 2.3.1, RFC 1950 section 2.2, the .xz format 1.2 section 2.1.1.1, RFC 8878 section 3.1.1.
  init?(magic bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(Self.magicLength))
    switch start.first {
    case 0x1f where start.starts(with: [0x1f, 0x8b, 8]): self = .gzip
    case 0xfd where start.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]): self = .xz
    case 0x28 where start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]): self = .zstd
    // `x^`, the level between, would be text.
    case 0x78 where start.count > 1 && [0x01, 0x9c, 0xda].contains(start[1]): self = .zlib
    default: return nil
    }
  }
}

/// Result of a decompressor.
enum DecompressionStep {
  /// It took that many bytes, filled that much of the buffer, and wants to be called again.
  case more(taken: Int, filled: Int)
  /// The same, and a member, stream or frame has ended.
  case ended(taken: Int, filled: Int)
  case damaged
}

/// One of the three libraries behind one call.
protocol DecompressionStream: AnyObject {
  /// Decompresses from `input` into `output`.
  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep
  /// Makes ready for the member that follows one that has ended; false when it cannot.
  func restart() -> Bool
}

extension Compression {
  func makeStream() -> (any DecompressionStream)? {
    switch self {
    // 15 is the largest window; 16 asks for gzip's header.
    case .gzip: ZlibStream(windowBits: 15 + 16)
    case .zlib: ZlibStream(windowBits: 15)
    case .xz: LzmaStream()
    case .zstd: ZstdStream()
    }
  }
}

private final class ZlibStream: DecompressionStream {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init?(windowBits: Int32) {
    guard log_inflate_init(stream, windowBits) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep {
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    let taken = input.count - Int(stream.pointee.avail_in)
    let filled = output.count - Int(stream.pointee.avail_out)
    switch result {
    case Z_OK, Z_BUF_ERROR: return .more(taken: taken, filled: filled)
    case Z_STREAM_END: return .ended(taken: taken, filled: filled)
    default: return .damaged
    }
  }

  func restart() -> Bool { inflateReset(stream) == Z_OK }
}

private final class LzmaStream: DecompressionStream {
  private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
  // xz -9 needs 65 MiB.
  private static let memory: UInt64 = 128 << 20

  init?() {
    log_lzma_clear(stream)
    guard restart() else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
  }

  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep {
    stream.pointee.next_in = input.baseAddress
    stream.pointee.avail_in = input.count
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = output.count
    let result = lzma_code(stream, LZMA_RUN)
    let taken = input.count - stream.pointee.avail_in
    let filled = output.count - stream.pointee.avail_out
    switch result {
    case LZMA_OK, LZMA_BUF_ERROR: return .more(taken: taken, filled: filled)
    case LZMA_STREAM_END: return .ended(taken: taken, filled: filled)
    default: return .damaged
    }
  }

  func restart() -> Bool { lzma_stream_decoder(stream, Self.memory, 0) == LZMA_OK }
}

private final class ZstdStream: DecompressionStream {
  private let stream: OpaquePointer

  init?() {
    guard let stream = ZSTD_createDStream() else { return nil }
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep {
    var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var to = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    // Windows larger than 128 MiB are refused by default.
    let result = ZSTD_decompressStream(stream, &to, &from)
    guard ZSTD_isError(result) == 0 else { return .damaged }
    return result == 0 ? .ended(taken: from.pos, filled: to.pos) : .more(taken: from.pos, filled: to.pos)
  }

  func restart() -> Bool { ZSTD_isError(ZSTD_initDStream(stream)) == 0 }
}
