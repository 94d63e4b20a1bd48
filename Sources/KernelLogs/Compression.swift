import CCompression

/// Compression of a log, told by its first bytes.
package enum Compression: String, Sendable, CaseIterable {
  case gzip, xz, zstd, lz4, bzip2, lzip
  /// As `lz4 -l` writes it, which the kernel's build uses.
  case lz4Legacy = "lz4-legacy"
  /// The form before xz's, of `xz --format=lzma`.
  case lzma
  /// As pstore keeps records; only with the header that RFC 1950 gives it.
  case zlib

  /// The bytes that are needed to tell.
  static let magicLength = 13

  /// Sources: RFC 1952 section 2.3.1, RFC 1950 section 2.2, the .xz format 1.2 section 2.1.1.1, RFC 8878 sections 3.1.1
  /// and 3.1.2, lz4_Frame_format.md of LZ4, `BZ2_decompress()` of bzip2, `is_format_lzma()` of xz, and lzip's manual.
  init?(magic bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(Self.magicLength))
    switch start.first {
    case 0x1f where start.starts(with: [0x1f, 0x8b, 8]): self = .gzip
    case 0xfd where start.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]): self = .xz
    case 0x28 where start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]): self = .zstd
    // A frame to be skipped, with which pzstd begins.
    case .some(0x50...0x5f) where start.dropFirst().starts(with: [0x2a, 0x4d, 0x18]): self = .zstd
    case 0x04 where start.starts(with: [0x04, 0x22, 0x4d, 0x18]): self = .lz4
    case 0x02 where start.starts(with: [0x02, 0x21, 0x4c, 0x18]): self = .lz4Legacy
    case 0x42 where start.count > 9 && start.starts(with: Array("BZh".utf8)) && (0x31...0x39).contains(start[3]):
      // Behind the block size stands pi, or the root of it where nothing was compressed.
      guard start[4] == 0x31 && start[5] == 0x41 || start[4] == 0x17 && start[5] == 0x72 else { return nil }
      self = .bzip2
    case 0x4c where start.starts(with: Array("LZIP".utf8) + [1]): self = .lzip
    // The usual properties, a dictionary of whole pages, and a length of less than 256 GiB or none.
    case 0x5d where start.count > 12 && start[1] == 0 && start[2] == 0 && start[4] < 0x10:
      guard start[5...].allSatisfy({ $0 == 0xff }) || start[10...].allSatisfy({ $0 == 0 }) else { return nil }
      self = .lzma
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

/// One of the libraries behind one call.
protocol DecompressionStream: AnyObject {
  /// Decompresses from `input` into `output`.
  func step(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> DecompressionStep
  /// Makes ready for the member that follows one that has ended; false when it cannot.
  func restart() -> Bool
  /// The input may be over here though nothing said so.
  var mayEnd: Bool { get }
}

extension DecompressionStream {
  var mayEnd: Bool { false }
}

extension Compression {
  func makeStream() -> (any DecompressionStream)? {
    switch self {
    // 15 is the largest window; 16 asks for gzip's header.
    case .gzip: ZlibStream(windowBits: 15 + 16)
    case .zlib: ZlibStream(windowBits: 15)
    case .xz, .lzma, .lzip: LzmaStream()
    case .zstd: ZstdStream()
    case .lz4: LZ4Stream()
    case .lz4Legacy: LZ4LegacyStream()
    case .bzip2: Bzip2Stream()
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

  func restart() -> Bool { lzma_auto_decoder(stream, Self.memory, 0) == LZMA_OK }
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
