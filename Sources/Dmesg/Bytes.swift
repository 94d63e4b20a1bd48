#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A run of bytes that a ``LineStore`` or the caller keeps: a view that holds no reference.
///
/// Every line of a log becomes dozens of runs, and counting references for each took a third of the time. So nothing
/// that lives longer than the reading of one line stores a run: what is kept becomes a string, and lines that wait for
/// their rest are moved by ``LineStore``. Indices count from the start of the line, in every run of it.
struct Bytes: @unchecked Sendable {
  private let line: UnsafePointer<UInt8>
  // Half the size, because runs are copied about all the time.
  private let start: Int32
  private let end: Int32

  var startIndex: Int { Int(start) }
  var endIndex: Int { Int(end) }

  private init(line: UnsafePointer<UInt8>, startIndex: Int, endIndex: Int) {
    (self.line, start, end) = (line, Int32(startIndex), Int32(endIndex))
  }

  /// A view of memory that outlives it, of less than 2 GB.
  init(_ memory: UnsafeBufferPointer<UInt8>) {
    self.init(line: memory.baseAddress ?? Self.nothing, startIndex: 0, endIndex: memory.count)
  }

  /// No bytes.
  init() { self.init(line: Self.nothing, startIndex: 0, endIndex: 0) }

  /// Never read.
  private static var nothing: UnsafePointer<UInt8> { UnsafePointer(bitPattern: 1)! }

  private var memory: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: line + startIndex, count: endIndex - startIndex)
  }

  func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try body(memory)
  }
}

extension Bytes: RandomAccessCollection {
  subscript(position: Int) -> UInt8 {
    precondition(position >= startIndex && position < endIndex, "index out of the run")
    return line[position]
  }

  subscript(range: Range<Int>) -> Bytes {
    precondition(range.lowerBound >= startIndex && range.upperBound <= endIndex, "range out of the run")
    return Bytes(line: line, startIndex: range.lowerBound, endIndex: range.upperBound)
  }

  func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? { try body(memory) }
}

// Collection's own forms ask for two more indices each time, or check each index.
extension Bytes {
  struct Iterator: IteratorProtocol {
    fileprivate var place: UnsafePointer<UInt8>
    fileprivate let end: UnsafePointer<UInt8>

    mutating func next() -> UInt8? {
      guard place < end else { return nil }
      defer { place += 1 }
      return place.pointee
    }
  }

  func makeIterator() -> Iterator { Iterator(place: line + startIndex, end: line + endIndex) }

  var first: UInt8? { start < end ? line[startIndex] : nil }

  var last: UInt8? { start < end ? line[endIndex - 1] : nil }

  func prefix(while fits: (UInt8) -> Bool) -> Bytes { self[..<end(ofThose: fits)] }

  func drop(while fits: (UInt8) -> Bool) -> Bytes { self[end(ofThose: fits)...] }

  private func end(ofThose fits: (UInt8) -> Bool) -> Int {
    var index = startIndex
    while index < endIndex, fits(line[index]) { index += 1 }
    return index
  }

  func firstIndex(of byte: UInt8) -> Int? { index(of: byte) }

  func lastIndex(of byte: UInt8) -> Int? {
    var index = endIndex
    while index > startIndex {
      index -= 1
      if line[index] == byte { return index }
    }
    return nil
  }

  func contains(_ byte: UInt8) -> Bool { index(of: byte) != nil }

  func prefix(_ length: Int) -> Bytes { self[startIndex..<(startIndex + Swift.min(length, count))] }

  func suffix(_ length: Int) -> Bytes { self[(endIndex - Swift.min(length, count))..<endIndex] }

  func dropFirst(_ length: Int = 1) -> Bytes { self[(startIndex + Swift.min(length, count))..<endIndex] }

  func dropLast(_ length: Int = 1) -> Bytes { self[startIndex..<(endIndex - Swift.min(length, count))] }
}

extension Array<UInt8> {
  /// Hands the array's bytes to the closure, whose result must not hold any of them.
  func withBytes<Result>(_ body: (Bytes) throws -> Result) rethrows -> Result {
    try withUnsafeBufferPointer { try body(Bytes($0)) }
  }
}

extension String {
  /// Hands the text's bytes to the closure, whose result must not hold any of them.
  func withBytes<Result>(_ body: (Bytes) throws -> Result) rethrows -> Result {
    var text = self
    return try text.withUTF8 { try body(Bytes($0)) }
  }
}

extension Bytes {
  /// The bytes as text, invalid UTF-8 replaced.
  var string: String { String(decoding: self, as: UTF8.self) }

  func hasPrefix(_ literal: StaticString) -> Bool {
    // Most runs differ in the first byte, which is cheaper than a call.
    guard count >= literal.utf8CodeUnitCount, first == literal.utf8Start.pointee else { return false }
    return withUnsafeBufferPointer { memcmp($0.baseAddress!, literal.utf8Start, literal.utf8CodeUnitCount) == 0 }
  }

  func hasPrefix(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else { return true }
    guard count >= bytes.count, first == bytes[0] else { return false }
    return withUnsafeBufferPointer { memcmp($0.baseAddress!, bytes, bytes.count) == 0 }
  }

  func hasSuffix(_ literal: StaticString) -> Bool {
    count >= literal.utf8CodeUnitCount && suffix(literal.utf8CodeUnitCount).hasPrefix(literal)
  }

  func firstIndex(of literal: StaticString) -> Index? {
    let length = literal.utf8CodeUnitCount
    guard length > 0, count >= length else { return nil }
    let mark = Self.rarest(literal)
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

  /// Position of the literal's byte to search for: lines are full of letters and blanks.
  private static func rarest(_ literal: StaticString) -> Int {
    let (bytes, last) = (literal.utf8Start, literal.utf8CodeUnitCount - 1)
    guard last > 0, bytes[0].isLetter || bytes[0] == 0x20 else { return 0 }
    if bytes[last - 1] == UInt8(ascii: ":") { return last - 1 }
    return bytes[0] == 0x20 ? 1 : 0
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
    while end > startIndex, line[end - 1].isBlank { end -= 1 }
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

  /// Bytes that a symbol's name can hold: letters, digits, `_`, compiler suffixes (`.`, `$`), Rust paths (`:<>`) and
  /// whatever is not ASCII.
  var isSymbol: Bool {
    // A bit for each byte, because names are the larger part of a trace.
    switch self {
    case 0..<0x40: 0x57ff_4010_0000_0000 as UInt64 >> UInt64(self) & 1 != 0
    case 0x40..<0x80: 0x07ff_fffe_87ff_fffe as UInt64 >> UInt64(self & 0x3f) & 1 != 0
    default: true
    }
  }
}
