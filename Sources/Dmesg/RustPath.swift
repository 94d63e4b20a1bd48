/// Reader of names that Rust mangled in its own form, `v0`; ``RustName`` has the sources.
///
/// Names come from logs: depth, length and back references are limited, and whatever does not fit the grammar is no name.
struct RustPath {
  private static let longest = 1024
  private static let deepest = 64
  /// A name of few bytes can refer back to itself so often that reading all of it has no end.
  private static let mostSteps = 4096

  private let name: Bytes
  private var index = 2
  private var text: [UInt8] = []
  /// Greater than 0 while a part is read that is not printed.
  private var silent = 0
  private var depth = 0
  private var steps = 0

  /// The path; nil when it is not whole.
  static func read(_ name: Bytes) -> String? {
    var reader = RustPath(name: name)
    guard reader.path(isValue: true) else { return nil }
    // The crate that asked for the code may follow, and a vendor's suffix.
    if reader.index < name.count, name[reader.index].isUpper {
      reader.silent += 1
      guard reader.path(isValue: false) else { return nil }
    }
    guard reader.index == name.count || ".$".utf8.contains(name[reader.index]) else { return nil }
    return String(decoding: reader.text, as: UTF8.self)
  }

  private init(name: Bytes) { self.name = name }

  // MARK: - Parts

  private var next: UInt8? { index < name.count ? name[index] : nil }

  private mutating func take() -> UInt8? {
    guard let byte = next else { return nil }
    index += 1
    return byte
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    index += 1
    return true
  }

  private mutating func put(_ part: some Sequence<UInt8>) {
    if silent == 0 { text.append(contentsOf: part) }
  }

  private mutating func put(_ part: String) { put(part.utf8) }

  /// Goes one level deeper, within the limits.
  private mutating func nested(_ read: (inout RustPath) -> Bool) -> Bool {
    depth += 1
    steps += 1
    defer { depth -= 1 }
    return depth <= Self.deepest && steps <= Self.mostSteps && text.count <= Self.longest && read(&self)
  }

  /// A hash is one too, of 64 bits.
  private mutating func base62() -> UInt64? {
    var value: UInt64 = 0
    if take("_") { return 0 }
    while let byte = take() {
      if byte == UInt8(ascii: "_") { return value &+ 1 }
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x7a: digit = byte - 0x61 + 10
      case 0x41...0x5a: digit = byte - 0x41 + 36
      default: return nil
      }
      value = value &* 62 &+ UInt64(digit)
    }
    return nil
  }

  private mutating func number() -> Int? {
    let digits = name[index...].prefix { $0.isDigit }
    index += digits.count
    return digits.decimal
  }

  /// An identifier and what tells it from others of its name; nil for one that is encoded, which kernels have none of.
  private mutating func identifier() -> (text: Bytes, number: UInt64)? {
    var disambiguator: UInt64 = 0
    if take("s") {
      guard let value = base62() else { return nil }
      disambiguator = value &+ 1
    }
    guard next != UInt8(ascii: "u"), let length = number() else { return nil }
    _ = take("_")
    guard length <= name.count - index else { return nil }
    defer { index += length }
    return (name[index..<(index + length)], disambiguator)
  }

  /// Reads again what stands further in front.
  private mutating func again(_ start: Int, _ read: (inout RustPath) -> Bool) -> Bool {
    guard let place = base62(), place < UInt64(start - 2) else { return false }
    if silent > 0 { return true }
    let end = index
    index = Int(place) + 2
    defer { index = end }
    return nested(read)
  }

  // MARK: - Paths

  private mutating func path(isValue: Bool) -> Bool { nested { $0.pathBody(isValue: isValue) } }

  private mutating func pathBody(isValue: Bool) -> Bool {
    let start = index
    switch take() {
    case UInt8(ascii: "C"):
      guard let crate = identifier() else { return false }
      put(crate.text)
      return true
    case UInt8(ascii: "M"): return implementation() && bracketed(hasTrait: false)
    case UInt8(ascii: "X"): return implementation() && bracketed(hasTrait: true)
    case UInt8(ascii: "Y"): return bracketed(hasTrait: true)
    case UInt8(ascii: "N"): return nestedPath(isValue: isValue)
    case UInt8(ascii: "I"):
      guard path(isValue: isValue) else { return false }
      put(isValue ? "::<" : "<")
      guard list(", ", { $0.argument() }) else { return false }
      put(">")
      return true
    case UInt8(ascii: "B"): return again(start) { $0.path(isValue: isValue) }
    default: return false
    }
  }

  /// The place of an `impl` block says nothing to a reader.
  private mutating func implementation() -> Bool {
    silent += 1
    defer { silent -= 1 }
    if take("s"), base62() == nil { return false }
    return path(isValue: false)
  }

  private mutating func bracketed(hasTrait: Bool) -> Bool {
    put("<")
    guard type() else { return false }
    if hasTrait {
      put(" as ")
      guard path(isValue: false) else { return false }
    }
    put(">")
    return true
  }

  private mutating func nestedPath(isValue: Bool) -> Bool {
    guard let namespace = take(), namespace.isLetter, path(isValue: isValue), let part = identifier() else {
      return false
    }
    if namespace.isUpper {
      let kind = namespace == UInt8(ascii: "C") ? "closure" : namespace == UInt8(ascii: "S") ? "shim" : "?"
      put("::{\(kind)")
      if !part.text.isEmpty { put(":" + part.text.string) }
      put("#\(part.number)}")
    } else if !part.text.isEmpty {
      put("::")
      put(part.text)
    }
    return true
  }

  /// Parts up to an `E`.
  private mutating func list(_ separator: String, _ read: (inout RustPath) -> Bool) -> Bool {
    var isFirst = true
    while !take("E") {
      if !isFirst { put(separator) }
      isFirst = false
      guard next != nil, read(&self) else { return false }
    }
    return true
  }

  private mutating func argument() -> Bool {
    if take("L") { return lifetime() }
    if take("K") { return constant() }
    return type()
  }

  private mutating func lifetime() -> Bool {
    put("'_")
    return base62() != nil
  }

  // MARK: - Types

  private static let basic: [UInt8: String] = [
    UInt8(ascii: "a"): "i8", UInt8(ascii: "b"): "bool", UInt8(ascii: "c"): "char", UInt8(ascii: "d"): "f64",
    UInt8(ascii: "e"): "str", UInt8(ascii: "f"): "f32", UInt8(ascii: "h"): "u8", UInt8(ascii: "i"): "isize",
    UInt8(ascii: "j"): "usize", UInt8(ascii: "l"): "i32", UInt8(ascii: "m"): "u32", UInt8(ascii: "n"): "i128",
    UInt8(ascii: "o"): "u128", UInt8(ascii: "p"): "_", UInt8(ascii: "s"): "i16", UInt8(ascii: "t"): "u16",
    UInt8(ascii: "u"): "()", UInt8(ascii: "v"): "...", UInt8(ascii: "x"): "i64", UInt8(ascii: "y"): "u64",
    UInt8(ascii: "z"): "!",
  ]

  private mutating func type() -> Bool { nested { $0.typeBody() } }

  private mutating func typeBody() -> Bool {
    let start = index
    guard let tag = take() else { return false }
    if let name = Self.basic[tag] {
      put(name)
      return true
    }
    switch tag {
    case UInt8(ascii: "A"): return array()
    case UInt8(ascii: "S"): return wrapped("[", "]")
    case UInt8(ascii: "T"):
      put("(")
      guard list(", ", { $0.type() }) else { return false }
      put(")")
      return true
    case UInt8(ascii: "R"), UInt8(ascii: "Q"):
      if take("L"), base62() == nil { return false }
      return wrapped(tag == UInt8(ascii: "R") ? "&" : "&mut ", "")
    case UInt8(ascii: "P"): return wrapped("*const ", "")
    case UInt8(ascii: "O"): return wrapped("*mut ", "")
    case UInt8(ascii: "F"): return function()
    case UInt8(ascii: "D"): return bounds()
    case UInt8(ascii: "B"): return again(start) { $0.type() }
    default:
      index = start
      return path(isValue: false)
    }
  }

  private mutating func wrapped(_ before: String, _ after: String) -> Bool {
    put(before)
    guard type() else { return false }
    put(after)
    return true
  }

  private mutating func array() -> Bool {
    put("[")
    guard type() else { return false }
    put("; ")
    guard constant() else { return false }
    put("]")
    return true
  }

  private mutating func function() -> Bool {
    if take("G"), base62() == nil { return false }
    if take("U") { put("unsafe ") }
    if take("K") {
      guard take("C") || identifier() != nil else { return false }
      put("extern ")
    }
    put("fn(")
    guard list(", ", { $0.type() }) else { return false }
    put(")")
    if take("u") { return true }
    return wrapped(" -> ", "")
  }

  private mutating func bounds() -> Bool {
    if take("G"), base62() == nil { return false }
    put("dyn ")
    guard list(" + ", { $0.boundTrait() }), take("L") else { return false }
    return base62() != nil
  }

  private mutating func boundTrait() -> Bool {
    guard path(isValue: false) else { return false }
    var isFirst = true
    while take("p") {
      put(isFirst ? "<" : ", ")
      isFirst = false
      guard let name = identifier() else { return false }
      put(name.text)
      put(" = ")
      guard type() else { return false }
    }
    if !isFirst { put(">") }
    return true
  }

  /// The value alone, without its type.
  private mutating func constant() -> Bool {
    let start = index
    if take("p") {
      put("_")
      return true
    }
    if take("B") { return again(start) { $0.constant() } }
    guard let tag = take(), let name = Self.basic[tag] else { return false }
    if take("n") { put("-") }
    guard let digits = digits(), let value = digits.isEmpty ? 0 : digits.hexadecimal else { return false }
    put(name == "bool" ? (value == 0 ? "false" : "true") : "\(value)")
    return true
  }

  private mutating func digits() -> Bytes? {
    guard let stop = name[index...].firstIndex(of: UInt8(ascii: "_")) else { return nil }
    defer { index = stop + 1 }
    return name[index..<stop]
  }
}
