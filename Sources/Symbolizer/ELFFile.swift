import Model

/// The sections of an ELF file, of any class, byte order and machine.
///
/// Source: System V ABI, chapters 4 and 5.
struct ELFFile: Sendable {
  struct Section: Sendable {
    var name: String
    let type: UInt64
    let flags: UInt64
    let address: UInt64
    let offset: UInt64
    let size: UInt64
    let link: Int

    var isLoaded: Bool { flags & 2 != 0 }
    var isCode: Bool { flags & 4 != 0 }
  }

  enum SectionType { static let symbols: UInt64 = 2, note: UInt64 = 7, noBits: UInt64 = 8 }

  let input: InputFile
  let fields: ELFFields
  let machine: ELFMachine
  /// A module or another object that has no addresses yet.
  let isRelocatable: Bool
  let sections: [Section]

  var path: String { input.path }

  /// - Throws: ``RequestError`` when it is not an ELF file, or a damaged one.
  init(_ path: String) throws(RequestError) {
    input = try InputFile(path)
    guard let head = input.bytes(at: 0, count: 64), head.starts(with: [0x7f, 0x45, 0x4c, 0x46]),
      let fields = ELFFields(class: head[4], order: head[5])
    else {
      throw RequestError(
        "\(path) is not an ELF file", advice: "A build leaves the kernel with its symbols in `vmlinux`, not in bzImage."
      )
    }
    self.fields = fields
    machine = ELFMachine(rawValue: fields.number(head, at: 18, 2))
    isRelocatable = fields.number(head, at: 16, 2) == 1
    guard let sections = Self.sections(input, fields, head) else {
      throw RequestError("\(path) is a damaged ELF file: its table of sections cannot be read")
    }
    self.sections = sections
  }

  /// The first section with the name; `.debug_line` is called `.zdebug_line` by old linkers that compress it.
  func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// True if debug information for source lines is present.
  var hasLines: Bool {
    sections.contains { ($0.name == ".debug_line" || $0.name == ".zdebug_line") && $0.type != SectionType.noBits }
  }

  /// The bytes of a section; nil when it has none or the file is cut.
  func bytes(of section: Section) -> [UInt8]? {
    section.type == SectionType.noBits ? nil : input.bytes(at: section.offset, count: section.size)
  }

  private static let most: UInt64 = 1 << 17

  private static func sections(_ input: InputFile, _ fields: ELFFields, _ head: [UInt8]) -> [Section]? {
    let start = fields.number(head, at: fields.is64 ? 40 : 32, fields.wordSize)
    let tail = fields.is64 ? 58 : 46
    let stride = fields.number(head, at: tail, 2)
    guard start > 0, stride >= fields.sectionSize, let first = input.bytes(at: start, count: stride) else { return nil }
    let zero = fields.section(first[...])
    // More sections than the header can count are counted in the first section.
    let headCount = fields.number(head, at: tail + 2, 2)
    let count = headCount == 0 ? zero.size : headCount
    let headNames = fields.number(head, at: tail + 4, 2)
    let names = headNames == 0xffff ? zero.link : Int(headNames)
    guard count <= most, let table = input.bytes(at: start, count: count * stride) else { return nil }
    var sections: [(Section, name: Int)] = []
    for index in 0..<Int(count) {
      let header = table[(index * Int(stride))...]
      sections.append((fields.section(header), Int(fields.number(header, at: 0, 4))))
    }
    guard names < sections.count, case let place = sections[names].0,
      let texts = input.bytes(at: place.offset, count: place.size, limit: 1 << 24)
    else { return nil }
    return sections.map { section, name in
      var section = section
      section.name = texts.text(at: name, limit: 128)
      return section
    }
  }
}
