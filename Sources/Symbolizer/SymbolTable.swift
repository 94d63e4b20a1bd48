import Model

/// The functions of an ELF file, sorted by where they are.
struct SymbolTable: Sendable {
  struct Symbol: Sendable {
    /// Its section's number; of a relocatable file, `value` counts from there.
    let section: Int
    let value: UInt64
    /// 0 when the file does not say: labels of assembly.
    let size: UInt64
    fileprivate let name: Int
    fileprivate let isFunction: Bool
    /// Start of the next function in the section.
    fileprivate(set) var nextFunction: UInt64?
    /// Start of the next symbol in the section.
    fileprivate(set) var next: UInt64?
  }

  private(set) var symbols: [Symbol] = []
  private let names: [UInt8]

  /// Longer names are cut: `KSYM_NAME_LEN` of `include/linux/kallsyms.h`.
  private static let longest = 512
  /// Static functions of one name; more are not looked at.
  private static let mostNamesakes = 1024

  /// - Throws: ``RequestError`` when the file has no symbols or they are damaged.
  init(_ file: ELFFile) throws(RequestError) {
    guard let table = file.sections.first(where: { $0.type == ELFFile.SectionType.symbols }),
      let bytes = file.bytes(of: table), file.sections.indices.contains(table.link),
      let names = file.bytes(of: file.sections[table.link])
    else {
      throw RequestError("\(file.path) has no symbols", advice: "It was stripped; give the file as the build left it.")
    }
    self.names = names
    symbols = Self.read(bytes, file).sorted { ($0.section, $0.value) < ($1.section, $1.value) }
    linkNeighbours()
  }

  private static func read(_ bytes: [UInt8], _ file: ELFFile) -> [Symbol] {
    let fields = file.fields
    let isCode = file.sections.map(\.isCode)
    var symbols: [Symbol] = []
    for start in stride(from: 0, through: bytes.count - fields.symbolSize, by: fields.symbolSize) {
      let entry = bytes[start..<(start + fields.symbolSize)]
      let info = fields.number(entry, at: fields.is64 ? 4 : 12, 1) & 0xf
      let section = Int(fields.number(entry, at: fields.is64 ? 6 : 14, 2))
      // No type and function: the rest are data, sections, files.
      guard info == 0 || info == 2, section < isCode.count, isCode[section] else { continue }
      symbols.append(
        Symbol(
          section: section, value: fields.number(entry, at: fields.is64 ? 8 : 4, fields.wordSize),
          size: fields.number(entry, at: fields.is64 ? 16 : 8, fields.wordSize),
          name: Int(fields.number(entry, at: 0, 4)), isFunction: info == 2))
    }
    return symbols
  }

  private mutating func linkNeighbours() {
    var above: Symbol?
    var functionAbove: UInt64?
    var function: UInt64?
    for index in symbols.indices.reversed() {
      let symbol = symbols[index]
      if above?.section != symbol.section {
        (above, functionAbove, function) = (nil, nil, nil)
      }
      if let last = above, last.value > symbol.value {
        functionAbove = function
        symbols[index].next = last.value
      } else {
        symbols[index].next = above?.next
      }
      symbols[index].nextFunction = functionAbove
      if symbol.isFunction { function = symbol.value }
      above = symbols[index]
    }
  }

  /// Symbols with the names, without those that share another one's place.
  func indices(of wanted: Set<String>) -> [String: [Int]] {
    var found: [String: [Int]] = [:]
    let lengths = Set(wanted.lazy.map(\.utf8.count))
    for index in symbols.indices {
      let bytes = nameBytes(index)
      guard lengths.contains(bytes.count) else { continue }
      let name = String(decoding: bytes, as: UTF8.self)
      guard wanted.contains(name) else { continue }
      if let last = found[name]?.last, symbols[last].isAt(symbols[index]) { continue }
      if found[name, default: []].count < Self.mostNamesakes { found[name, default: []].append(index) }
    }
    return found
  }

  /// Symbols at an address of a section.
  func indices(at address: UInt64, section: Int) -> Range<Int> {
    let start = firstIndex { ($0.section, $0.value) >= (section, address) }
    return start..<firstIndex { ($0.section, $0.value) > (section, address) }
  }

  /// The first symbol for which a condition holds that then holds for all behind it.
  private func firstIndex(where isBehind: (Symbol) -> Bool) -> Int {
    var (low, high) = (0, symbols.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(symbols[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  func name(_ index: Int) -> String { String(decoding: nameBytes(index), as: UTF8.self) }

  private func nameBytes(_ index: Int) -> ArraySlice<UInt8> {
    let start = symbols[index].name
    guard start < names.count else { return [] }
    return names[start...].prefix(Self.longest).prefix { $0 != 0 }
  }

  /// The function that ends where the symbol begins.
  func function(before index: Int) -> Int? {
    let symbol = symbols[index]
    var other = index
    while other > 0, index - other < Self.mostNamesakes {
      other -= 1
      let candidate = symbols[other]
      guard candidate.section == symbol.section else { return nil }
      if candidate.value < symbol.value, candidate.isFunction { return other }
    }
    return nil
  }
}

extension SymbolTable.Symbol {
  fileprivate func isAt(_ other: Self) -> Bool { section == other.section && value == other.value }

  /// True if a kernel prints the size for the symbol.
  ///
  /// It prints the distance to the next symbol that it knows (`get_symbol_pos()` in `kernel/kallsyms.c`), which is at
  /// least the symbol's own size, and at most the distance to the next function.
  func canPrint(size printed: UInt64) -> Bool {
    if let next, printed == next &- value { return true }
    return printed >= size && nextFunction.map { printed <= $0 &- value } ?? true
  }
}

extension SymbolTable.Symbol {
  /// Most likely printed size.
  var span: UInt64 { nextFunction.map { $0 &- value } ?? size }

  /// True if an offset can be inside the function, or just behind it.
  func reaches(_ offset: UInt64) -> Bool { nextFunction.map { offset <= $0 &- value } ?? (offset <= 1 << 24) }

  /// A log cut in the middle of a number has its first digits.
  func hasSize(cutTo printed: UInt64) -> Bool {
    let digits = String(printed, radix: 16)
    return [next, nextFunction].contains { end in
      end.map { String($0 &- value, radix: 16).hasPrefix(digits) } ?? false
    }
  }
}
