#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A run of console bytes; text stays in bytes until it ends up in a finding, because most of it never does.
typealias Bytes = ArraySlice<UInt8>

extension Bytes {
  /// The bytes as text, invalid UTF-8 replaced.
  var string: String { String(decoding: self, as: UTF8.self) }

  func hasPrefix(_ literal: StaticString) -> Bool {
    // Most runs differ in the first byte, which is cheaper than a call.
    guard count >= literal.utf8CodeUnitCount, first == literal.utf8Start.pointee else { return false }
    return withUnsafeBufferPointer { memcmp($0.baseAddress!, literal.utf8Start, literal.utf8CodeUnitCount) == 0 }
  }

  func hasSuffix(_ literal: StaticString) -> Bool {
    count >= literal.utf8CodeUnitCount && suffix(literal.utf8CodeUnitCount).hasPrefix(literal)
  }

  func firstIndex(of literal: StaticString) -> Index? {
    let length = literal.utf8CodeUnitCount
    guard length > 0, count >= length else { return nil }
    // Lines are full of blanks, so the search is for the byte after one.
    let mark = length > 1 && literal.utf8Start.pointee == 0x20 ? 1 : 0
    return withUnsafeBufferPointer { buffer -> Index? in
      guard let base = UnsafeRawPointer(buffer.baseAddress) else { return nil }
      var offset = mark
      while let hit = memchr(base + offset, Int32(literal.utf8Start[mark]), buffer.count - (length - 1 - mark) - offset)
      {
        let start = UnsafeRawPointer(hit) - base - mark
        if memcmp(base + start, literal.utf8Start, length) == 0 { return startIndex + start }
        offset = start + mark + 1
      }
      return nil
    }
  }

  /// Like `firstIndex(of:)`, at the speed of memchr.
  func index(of byte: UInt8) -> Index? {
    withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, let hit = memchr(base, Int32(byte), buffer.count) else { return nil }
      return startIndex + (UnsafeRawPointer(hit) - UnsafeRawPointer(base))
    }
  }

  func contains(_ literal: StaticString) -> Bool { firstIndex(of: literal) != nil }

  /// The bytes after `literal`, when the run starts with it.
  func dropping(_ literal: StaticString) -> Bytes? {
    hasPrefix(literal) ? dropFirst(literal.utf8CodeUnitCount) : nil
  }

  /// The bytes after the first `literal` anywhere in the run.
  func after(_ literal: StaticString) -> Bytes? {
    firstIndex(of: literal).map { self[($0 + literal.utf8CodeUnitCount)...] }
  }

  /// The bytes before the first `literal`.
  func before(_ literal: StaticString) -> Bytes? {
    firstIndex(of: literal).map { self[..<$0] }
  }

  var trimmedStart: Bytes {
    guard let first, first.isBlank else { return self }
    return drop { $0.isBlank }
  }

  var trimmedEnd: Bytes {
    var end = endIndex
    while end > startIndex, self[end - 1].isBlank { end -= 1 }
    return self[..<end]
  }

  var trimmed: Bytes { trimmedStart.trimmedEnd }

  /// The run up to the first blank; ``LineDecoder`` has made blanks of tabs.
  var firstWord: Bytes { index(of: 0x20).map { self[..<$0] } ?? self }

  /// The run as an unsigned decimal number, when it is nothing else.
  var decimal: Int? {
    guard !isEmpty, count < 18, allSatisfy(\.isDigit) else { return nil }
    return reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// The run as a hexadecimal number without `0x`, when it is nothing else.
  var hexadecimal: UInt64? {
    guard !isEmpty, count <= 16 else { return nil }
    var value: UInt64 = 0
    for byte in self {
      guard let digit = byte.hexDigit else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return value
  }
}

extension String {
  /// Like `contains`, without the cost of a search by characters.
  func holds(_ part: StaticString) -> Bool {
    var text = self
    let length = part.utf8CodeUnitCount
    return text.withUTF8 { text in
      guard let base = text.baseAddress else { return length == 0 }
      var offset = 0
      while offset + length <= text.count,
        let hit = memchr(base + offset, Int32(part.utf8Start.pointee), text.count - length - offset + 1)
      {
        if memcmp(hit, part.utf8Start, length) == 0 { return true }
        offset = UnsafeRawPointer(hit) - UnsafeRawPointer(base) + 1
      }
      return false
    }
  }
}

extension UInt8 {
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a }
  var isUpper: Bool { self >= 0x41 && self <= 0x5a }

  var hexDigit: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x61...0x66: self - 0x57
    case 0x41...0x46: self - 0x37
    default: nil
    }
  }

  /// Bytes that a symbol's name can hold: C, compiler suffixes, Rust paths.
  var isSymbol: Bool {
    isLetter || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: ".") || self == UInt8(ascii: "$")
      || self == UInt8(ascii: ":") || self == UInt8(ascii: "<") || self == UInt8(ascii: ">") || self >= 0x80
  }
}
