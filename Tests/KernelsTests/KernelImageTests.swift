import Foundation
import Model
import Testing

@testable import Kernels

@Suite struct KernelImageTests {
  private func bytes(_ count: Int, _ parts: [(Int, [UInt8])]) -> Data {
    var data = Data(count: count)
    for (offset, part) in parts { data.replaceSubrange(offset..<offset + part.count, with: part) }
    return data
  }

  private func bigEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
  }

  @Test func `a bzImage for s390x tells its release`() throws {
    let data = bytes(
      0x20000,
      [
        (0x10008, Array("S390EP".utf8)), (0x10428, bigEndian(0x18000)),
        (0x18000, Array("6.1.0-50-s390x (builder) #1".utf8)),
      ])
    #expect(try KernelImage(bytes: data, called: "k").release == "6.1.0-50-s390x")
  }

  @Test(arguments: [0, 0x1ffff, 0x20000, UInt64.max, 1 << 63])
  func `a version text out of reach is no release`(address: UInt64) throws {
    let data = bytes(0x20000, [(0x10008, Array("S390EP".utf8)), (0x10428, bigEndian(address))])
    #expect(try KernelImage(bytes: data, called: "k").release == nil)
  }

  @Test func `a vmlinux for s390x tells its release`() throws {
    let head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 2] + [UInt8](repeating: 0, count: 12) + [0, 22]
    let data = bytes(0x2000, [(0, head), (0x1000, Array("Linux version 6.12.1 (x@y)".utf8))])
    #expect(try KernelImage(bytes: data, called: "k").release == "6.12.1")
  }

  @Test(
    arguments: [
      ("is an x86 bzImage", 0x300, 0x202, Array("HdrS".utf8)),
      ("is gzip-compressed", 64, 0, [0x1f, 0x8b]),
      ("is an ELF file for x86-64", 64, 0, [0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0]),
      (
        "is an ELF file for 31-bit s390", 64, 0,
        [0x7f, 0x45, 0x4c, 0x46, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 22]
      ),
      ("is a cpio archive, such as an initramfs", 64, 0, Array("070701".utf8)),
      ("is text", 6, 0, Array("hello\n".utf8)),
      ("has only 5 bytes, too few for one", 5, 0, [0xff]),
      ("lacks the magic S390EP at 0x10008", 0x20000, 0, [0xff]),
      ("is empty", 0, 0, []),
    ] as [(String, Int, Int, [UInt8])])
  func `anything else is called what it is`(_ what: String, size: Int, offset: Int, part: [UInt8]) {
    let error = #expect(throws: RequestError.self) {
      try KernelImage(bytes: bytes(size, [(offset, part)]), called: "k")
    }
    #expect(error?.problem == "k is not an s390x kernel: it \(what)")
  }

  @Test func `only a folder's name can be a release`() {
    for text in ["6.1.0-50-s390x", "6.12.107+deb13-s390x", "v6"] { #expect(KernelImage.isRelease(text)) }
    for text in ["", "..", "../x", "6.1/x", "6.1 x", "-x"] { #expect(!KernelImage.isRelease(text)) }
  }
}
