import Foundation
import Model

/// The ELF core of an s390x guest, big-endian as QEMU writes it (dump/dump.c).
///
/// What is in it is the guest's: every number is checked before it is used.
struct CoreFile: ~Copyable {
  private struct Segment {
    let place: Int
    let type: UInt64
    let offset: Int
    let address: Int
    let size: Int
  }

  private let descriptor: Int32
  private let size: Int
  private let segments: [Segment]

  /// Opens a core.
  /// - Throws: `LabError` when it cannot be read, or is none.
  init(_ path: String) throws(LabError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw LabError("cannot open the core \(path): \(String(cString: strerror(errno)))") }
    var status = stat()
    fstat(descriptor, &status)
    // ELF64, most significant byte first, ET_CORE, EM_S390 (gABI, "ELF Header").
    guard let header = bytes(of: descriptor, at: 0, count: 64), header.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 2]),
      header[16...19].elementsEqual([0, 4, 0, 22]), let table = Int(exactly: number(header[32..<40])),
      number(header[54..<56]) == 56
    else {
      close(descriptor)
      throw LabError("\(path) is no core of an s390x guest")
    }
    self.descriptor = descriptor
    size = Int(status.st_size)
    segments = (0..<Int(number(header[56..<58]))).prefix(64).compactMap { index in
      let place = table.addingReportingOverflow(index * 56)
      return place.overflow ? nil : Self.segment(descriptor, place.partialValue, within: Int(status.st_size))
    }
  }

  deinit { close(descriptor) }

  /// Adds VMCOREINFO, which says where the kernel keeps what crash and drgn look for; other cores have it from a device
  /// that s390x guests do not have.
  ///
  /// The kernel leaves it, a whole ELF note, where a field of the lowcore points (arch/s390/include/asm/lowcore.h,
  /// `vmcore_info`; kernel/vmcore_info.c). The notes are written anew at the end; only then does the header name them.
  /// - Returns: whether there is one; a kernel without CONFIG_CRASH_CORE or CONFIG_VMCORE_INFO has none.
  /// - Throws: `LabError` when the disk refuses.
  func addKernelNote() throws(LabError) -> Bool {
    guard let place = segments.first(where: { $0.type == 4 }), place.size <= 1 << 20,
      let pointer = memory(0xe0c, 8).flatMap({ Int(exactly: number($0[...])) }), pointer > 0,
      let note = kernelNote(at: pointer), let notes = bytes(of: descriptor, at: place.offset, count: place.size)
    else { return false }
    let end = (size + 3) & ~3
    let all = notes + note
    // p_offset, and p_filesz with p_memsz (gABI, "Program Header").
    try put(all, at: end)
    try put(bigEndian(end), at: place.place + 8)
    try put(bigEndian(all.count) + bigEndian(all.count), at: place.place + 32)
    return true
  }

  private func kernelNote(at address: Int) -> [UInt8]? {
    guard let header = memory(address, 12) else { return nil }
    let name = Array("VMCOREINFO\0".utf8)
    let length = number(header[4..<8])
    guard number(header[0..<4]) == name.count, length <= 64 << 10, memory(address + 12, name.count) == name else {
      return nil
    }
    return memory(address, 12 + 12 + (Int(length) + 3) & ~3)
  }

  /// Bytes at a physical address.
  private func memory(_ address: Int, _ count: Int) -> [UInt8]? {
    for segment in segments where segment.type == 1 && segment.address <= address {
      let inside = address - segment.address
      guard inside < segment.size, segment.size - inside >= count else { continue }
      return bytes(of: descriptor, at: segment.offset + inside, count: count)
    }
    return nil
  }

  private static func segment(_ descriptor: Int32, _ place: Int, within size: Int) -> Segment? {
    guard let header = bytes(of: descriptor, at: place, count: 56),
      let offset = Int(exactly: number(header[8..<16])), let address = Int(exactly: number(header[24..<32])),
      let length = Int(exactly: number(header[32..<40])), offset <= size, length <= size - offset
    else { return nil }
    return Segment(place: place, type: number(header[0..<4]), offset: offset, address: address, size: length)
  }

  private func put(_ bytes: [UInt8], at offset: Int) throws(LabError) {
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    guard count == bytes.count else {
      throw LabError("cannot add the kernel's note to the core: \(String(cString: strerror(errno)))")
    }
  }
}

private func bytes(of descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
  let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
    used = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
  }
  return bytes.count == count ? bytes : nil
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

private func bigEndian(_ number: Int) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
}
