/// Encoding of the numbers of an ELF file.
struct ELFFields: Sendable {
  let is64: Bool
  let isBigEndian: Bool

  /// Reads the fifth and sixth byte of a file; nil when they say nothing known.
  init?(class: UInt8, order: UInt8) {
    guard (1...2).contains(`class`), (1...2).contains(order) else { return nil }
    is64 = `class` == 2
    isBigEndian = order == 2
  }

  var wordSize: Int { is64 ? 8 : 4 }
  var sectionSize: Int { is64 ? 64 : 40 }
  var symbolSize: Int { is64 ? 24 : 16 }

  /// The number of `width` bytes at an offset; 0 beyond the end.
  func number(_ bytes: some RandomAccessCollection<UInt8>, at offset: Int, _ width: Int) -> UInt64 {
    guard offset >= 0, width <= bytes.count, offset <= bytes.count - width else { return 0 }
    let start = bytes.index(bytes.startIndex, offsetBy: offset)
    let field = bytes[start..<bytes.index(start, offsetBy: width)]
    return isBigEndian
      ? field.reduce(0) { $0 << 8 | UInt64($1) } : field.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A section's header, without its name.
  func section(_ header: ArraySlice<UInt8>) -> ELFFile.Section {
    let word = wordSize
    return ELFFile.Section(
      name: "", type: number(header, at: 4, 4), flags: number(header, at: 8, word),
      address: number(header, at: 8 + word, word), offset: number(header, at: 8 + 2 * word, word),
      size: number(header, at: 8 + 3 * word, word), link: Int(number(header, at: 8 + 4 * word, 4)))
  }
}

/// Type of a file, by its number in ELF headers (`EM_*` of elf.h).
struct ELFMachine: Hashable, Sendable {
  let rawValue: UInt64

  /// As a finding names architectures, and as Debian names the tools of another one.
  var names: (arch: String, tools: String)? {
    switch rawValue {
    case 22: ("s390x", "s390x-linux-gnu")
    case 62: ("x86_64", "x86_64-linux-gnu")
    case 183: ("arm64", "aarch64-linux-gnu")
    case 40: ("arm", "arm-linux-gnueabihf")
    case 21: ("powerpc", "powerpc64le-linux-gnu")
    case 243: ("riscv", "riscv64-linux-gnu")
    default: nil
    }
  }

  /// For messages.
  var name: String { names?.arch ?? "ELF machine \(rawValue)" }
}

extension [UInt8] {
  /// The text that starts at an offset and ends at a zero byte, with invalid UTF-8 replaced.
  func text(at offset: Int, limit: Int) -> String {
    guard offset >= 0, offset < count else { return "" }
    return String(decoding: self[offset...].prefix(limit).prefix { $0 != 0 }, as: UTF8.self)
  }
}
