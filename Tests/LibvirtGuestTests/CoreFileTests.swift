import Foundation
import Model
import Testing

@testable import LibvirtGuest

/// Cores that were made up as QEMU writes them: notes, then one piece of memory from address 0.
@Suite final class CoreFileTests {
  let path = FileManager.default.temporaryDirectory.appending(path: "zlab-core-\(UUID().uuidString)").path
  private let notes = Array("the notes of the processors".utf8) + [0]
  private let info = "OSRELEASE=6.1.0-fake\nPAGESIZE=4096\n"

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private func bigEndian(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
  }

  private func vmcoreinfo(name: String = "VMCOREINFO", length: Int? = nil) -> [UInt8] {
    let text = Array(info.utf8) + [UInt8](repeating: 0, count: (4 - info.utf8.count % 4) % 4)
    return bigEndian(name.utf8.count + 1, 4) + bigEndian(length ?? info.utf8.count, 4) + bigEndian(0, 4)
      + Array(name.utf8) + [0, 0] + text
  }

  private func header(type: Int, offset: Int, size: Int) -> [UInt8] {
    bigEndian(type, 4) + bigEndian(0, 4) + [offset, 0, 0, size, size, 0].flatMap { bigEndian($0, 8) }
  }

  /// - Parameter note: what lies at address 0x2000, where the lowcore points.
  private func write(note: [UInt8], pointer: Int = 0x2000, loadSize: Int? = nil) throws {
    var memory = [UInt8](repeating: 0, count: 0x3000)
    memory.replaceSubrange(0xe0c..<0xe14, with: bigEndian(pointer, 8))
    memory.replaceSubrange(0x2000..<0x2000 + note.count, with: note)
    let start = 64 + 2 * 56
    var elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 2, 1] + [UInt8](repeating: 0, count: 9) + [0, 4, 0, 22]
    elf += bigEndian(1, 4) + bigEndian(0, 8) + bigEndian(64, 8) + bigEndian(0, 8) + bigEndian(0, 4)
    elf += bigEndian(64, 2) + bigEndian(56, 2) + bigEndian(2, 2) + bigEndian(0, 6)
    elf += header(type: 4, offset: start, size: notes.count)
    elf += header(type: 1, offset: start + notes.count, size: loadSize ?? memory.count)
    try Data(elf + notes + memory).write(to: URL(fileURLWithPath: path))
  }

  private func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  @Test func `the kernel's own note stands behind the processors'`() throws {
    try write(note: vmcoreinfo())
    let before = try bytes()
    #expect(try CoreFile(path).addKernelNote())
    let after = try bytes()
    // The header names another place, all else is as it was.
    let (offset, size) = (number(after[72..<80]), number(after[96..<104]))
    #expect(after[offset..<offset + size].elementsEqual(notes + vmcoreinfo()))
    #expect(number(after[104..<112]) == size)
    #expect(after[..<72] == before[..<72] && after[112..<before.count] == before[112...])
  }

  @Test func `a kernel that has none leaves the core as it is`() throws {
    try write(note: [], pointer: 0)
    let before = try bytes()
    #expect(try !CoreFile(path).addKernelNote())
    #expect(try bytes() == before)
  }

  @Test(arguments: [-1, 0x2ff8, 0x3000, Int.max, 0x2001]) func `a pointer to nowhere is none`(_ pointer: Int) throws {
    try write(note: vmcoreinfo(), pointer: pointer)
    let before = try bytes()
    #expect(try !CoreFile(path).addKernelNote())
    #expect(try bytes() == before)
  }

  @Test func `a note of another name, or longer than the memory, is none`() throws {
    for note in [vmcoreinfo(name: "VMCOREINFX"), vmcoreinfo(length: 0x1000), vmcoreinfo(length: 0xffff_ffff)] {
      try write(note: note)
      #expect(try !CoreFile(path).addKernelNote())
    }
  }

  @Test func `memory that is not in the file is none`() throws {
    try write(note: vmcoreinfo(), loadSize: 1 << 40)
    #expect(try !CoreFile(path).addKernelNote())
  }

  @Test func `a file that is no core is refused`() throws {
    for content in [Data(), Data("\u{7f}ELF".utf8), Data(repeating: 0xff, count: 4096)] {
      try content.write(to: URL(fileURLWithPath: path))
      #expect(throws: LabError.self) { _ = try CoreFile(path) }
    }
  }
}
