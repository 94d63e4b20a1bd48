import Dmesg
import Model

/// Identity of a vmlinux's build, to tell whether a log is of the same one.
struct KernelIdentity: Sendable {
  /// 40 hex digits, as the linker's `--build-id` leaves them.
  let buildID: String?
  /// First line of the kernel's log, `Linux version ...`.
  let banner: String?
  let arch: String?

  init(_ file: ELFFile) {
    buildID = Self.buildID(file)
    banner = Self.banner(file)
    arch = file.machine.names?.arch
  }

  /// The banner's third word.
  var release: String? { banner.map { Boot(line: 1, banner: $0).release } }

  /// Evidence that the finding is of another kernel; nil when nothing does.
  ///
  /// - Parameter boot: the one that the finding happened in, when the log has its banner.
  func difference(from finding: Finding, in boot: Boot?) -> Difference? {
    if let arch, let other = finding.arch, arch != other {
      return Difference(log: "a kernel of \(other)", file: "one of \(arch)")
    }
    if isProven(by: finding) { return nil }
    if let buildID, let other = finding.buildID {
      return Difference(log: "build id \(other)", file: "build id \(buildID)")
    }
    if let boot, banner != nil { return difference(from: boot) }
    // A cut line leaves a cut release.
    if let release, let other = finding.kernel, !release.hasPrefix(other) {
      return Difference(log: "release \(other)", file: "release \(release)")
    }
    return nil
  }

  /// The same for a boot without any finding.
  func difference(from boot: Boot) -> Difference? {
    guard let banner, !banner.hasPrefix(boot.banner) else { return nil }
    return Difference(log: "'\(clean(boot.banner))'", file: "'\(clean(banner))'")
  }

  /// The finding's build id is this one, so that nothing else need be compared.
  func isProven(by finding: Finding) -> Bool { buildID != nil && finding.buildID?.lowercased() == buildID }

  /// The finding and the file say nothing that could be compared.
  func knowsNothing(of finding: Finding, in boot: Boot?) -> Bool {
    (buildID == nil || finding.buildID == nil) && (banner == nil || boot == nil && finding.kernel == nil)
  }

  /// Contradiction between a log and a file.
  struct Difference: Hashable {
    let log: String
    let file: String
  }

  /// Source: `struct linux_banner` in `init/version.c`, `init/version-timestamp.c` since 6.2.
  private static func banner(_ file: ELFFile) -> String? {
    guard let address = dataSymbol("linux_banner", file),
      let section = file.sections.first(where: {
        $0.type != ELFFile.SectionType.noBits && $0.isLoaded && address >= $0.address
          && address - $0.address < $0.size
      })
    else { return nil }
    let place = section.offset &+ (address - section.address)
    let rest = min(1024, section.size - (address - section.address))
    guard let bytes = file.input.bytes(at: place, count: rest) else { return nil }
    let text = bytes.text(at: 0, limit: 1024)
    let line = text.prefix { $0 != "\n" }
    return line.hasPrefix("Linux version ") ? String(line) : nil
  }

  private static func dataSymbol(_ name: String, _ file: ELFFile) -> UInt64? {
    guard let table = file.sections.first(where: { $0.type == ELFFile.SectionType.symbols }),
      let bytes = file.bytes(of: table), file.sections.indices.contains(table.link),
      let names = file.bytes(of: file.sections[table.link])
    else { return nil }
    let fields = file.fields
    let wanted = Array(name.utf8) + [0]
    for start in stride(from: 0, through: bytes.count - fields.symbolSize, by: fields.symbolSize) {
      let entry = bytes[start..<(start + fields.symbolSize)]
      let text = Int(fields.number(entry, at: 0, 4))
      if text < names.count, names[text...].starts(with: wanted) {
        return fields.number(entry, at: fields.is64 ? 8 : 4, fields.wordSize)
      }
    }
    return nil
  }

  /// Source: `NT_GNU_BUILD_ID` of elf.h: sizes of name and content, type 3, "GNU", the id.
  private static func buildID(_ file: ELFFile) -> String? {
    for section in file.sections where section.type == ELFFile.SectionType.note && section.size <= 1 << 16 {
      guard let bytes = file.bytes(of: section) else { continue }
      var start = 0
      while start + 12 <= bytes.count {
        let nameSize = Int(file.fields.number(bytes, at: start, 4))
        let size = Int(file.fields.number(bytes, at: start + 4, 4))
        let type = file.fields.number(bytes, at: start + 8, 4)
        let content = start + 12 + (nameSize + 3) & ~3
        guard content + size <= bytes.count else { break }
        if type == 3, size == 20, bytes[(start + 12)...].starts(with: [0x47, 0x4e, 0x55, 0]) {
          return bytes[content..<(content + size)].map { hexadecimal($0) }.joined()
        }
        start = content + (size + 3) & ~3
      }
    }
    return nil
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
