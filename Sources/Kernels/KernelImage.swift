package import Foundation
package import Model
import Storage

/// Properties of a file that QEMU is to boot as an s390x kernel.
package struct KernelImage: Sendable, Hashable {
  /// `uname -r` of the kernel; nil when the file does not say.
  package let release: String?

  /// Looks into a bzImage or vmlinux file.
  /// - Throws: ``RequestError`` that says what the file is instead.
  package init(file: URL) throws(RequestError) {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: file, options: .alwaysMapped)
    } catch {
      throw RequestError("cannot read the kernel \(file.path): \(reason(error))")
    }
    try self.init(bytes: bytes, called: file.path)
  }

  /// Looks at the bytes of a kernel; `name` is what an error calls them.
  ///
  /// The magic `S390EP` stands at 0x10008 (arch/s390/boot/head.S), the parameter area at 0x10400 with the address of
  /// the version text at its sixth word (arch/s390/include/asm/setup.h); an image is loaded at address 0.
  package init(bytes: Data, called name: String) throws(RequestError) {
    let bytes = Bytes(bytes)
    if bytes.has("S390EP", at: 0x10008) {
      let version = bytes.word64(at: 0x10428).flatMap { Int(exactly: $0) }
      release = version.flatMap { $0 > 0 ? bytes.releaseText(at: $0) : nil }
    } else if bytes.elf?.machine == ELFMachine.s390, bytes.elf?.is64 == true {
      release = bytes.find("Linux version ").flatMap { bytes.releaseText(at: $0 + 14) }
    } else {
      throw RequestError(
        "\(name) is not an s390x kernel: it \(bytes.lookAlike)",
        advice: "An s390x build leaves its kernel in arch/s390/boot/bzImage.")
    }
  }

  /// True if a text can be a release, and so a folder's name.
  package static func isRelease(_ text: some StringProtocol) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || ("0"..."9").contains(first) else {
      return false
    }
    return text.utf8.count <= 64
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "+-._~".utf8.contains(byte)
        }
      }
  }
}

extension Bytes {
  // The word at `offset`, when it can be a release.
  fileprivate func releaseText(at offset: Int) -> String? {
    let word = String(decoding: slice(offset, 65).prefix { $0 > 0x20 && $0 < 0x7f }, as: UTF8.self)
    return KernelImage.isRelease(word) ? word : nil
  }
}
