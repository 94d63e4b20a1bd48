import Foundation

/// The bytes of a file from outside; every read is checked against its end.
struct Bytes {
  private let data: Data

  init(_ data: Data) { self.data = data }

  var count: Int { data.count }

  /// Up to `length` bytes from `offset`; fewer, or none, at the end.
  func slice(_ offset: Int, _ length: Int) -> [UInt8] {
    guard offset >= 0, offset < data.count else { return [] }
    let start = data.startIndex + offset
    return Array(data[start..<min(start + length, data.endIndex)])
  }

  func has(_ text: String, at offset: Int) -> Bool { slice(offset, text.utf8.count) == Array(text.utf8) }

  func has(_ bytes: [UInt8], at offset: Int) -> Bool { slice(offset, bytes.count) == bytes }

  /// A big-endian number, as s390x has them.
  func word64(at offset: Int) -> UInt64? {
    let bytes = slice(offset, 8)
    guard bytes.count == 8 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Position of the first occurrence of a text.
  func find(_ text: String) -> Int? {
    data.range(of: Data(text.utf8)).map { $0.lowerBound - data.startIndex }
  }

  /// Class and machine of an ELF file (System V ABI); nil for anything else.
  var elf: (is64: Bool, machine: Int)? {
    let head = slice(0, 20)
    guard head.count == 20, head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return nil }
    let bigEndian = head[5] == 2
    let machine = bigEndian ? Int(head[18]) << 8 | Int(head[19]) : Int(head[19]) << 8 | Int(head[18])
    return (head[4] == 2, machine)
  }
}

/// The ELF machine numbers that kernels come with (elf.h).
enum ELFMachine {
  static let s390 = 22

  static func name(_ number: Int) -> String {
    switch number {
    case 3: "32-bit x86"
    case 8: "MIPS"
    case 20: "32-bit PowerPC"
    case 21: "64-bit PowerPC"
    case s390: "31-bit s390"
    case 40: "32-bit ARM"
    case 62: "x86-64"
    case 183: "64-bit ARM"
    case 243: "RISC-V"
    case 258: "LoongArch"
    default: "machine number \(number)"
    }
  }
}

extension Bytes {
  /// Description of a file that is not an s390x kernel, after the word `it`.
  var lookAlike: String {
    if count == 0 { return "is empty" }
    if let elf { return "is an ELF file for \(ELFMachine.name(elf.machine))" }
    if has("HdrS", at: 0x202) { return "is an x86 bzImage" }
    if has("ARM\u{64}", at: 0x38) { return "is a 64-bit ARM Image" }
    if has("MZ", at: 0) { return "is an EFI program for another machine" }
    for (magic, kind) in Self.magics where has(magic, at: 0) { return "is \(kind)" }
    if slice(0, 512).allSatisfy({ $0 >= 0x20 && $0 < 0x7f || (9...13).contains($0) }) { return "is text" }
    if count < 0x11000 { return "has only \(count) bytes, too few for one" }
    return "lacks the magic S390EP at 0x10008"
  }

  private static let magics: [([UInt8], String)] = [
    ([0x1f, 0x8b], "gzip-compressed"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz-compressed"),
    ([0x28, 0xb5, 0x2f, 0xfd], "zstd-compressed"),
    (Array("BZh".utf8), "bzip2-compressed"),
    (Array("070701".utf8), "a cpio archive, such as an initramfs"),
    (Array("!<arch>\n".utf8), "a Debian package or a library"),
    ([0x27, 0x05, 0x19, 0x56], "a U-Boot image"),
  ]
}
