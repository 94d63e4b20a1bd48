import Model

/// A vmlinux or a module: its functions, and those of them that a log's frames name.
struct CodeObject: Sendable {
  let file: ELFFile
  let table: SymbolTable
  private var namesakes: [String: [Int]] = [:]

  init(_ file: ELFFile) throws(RequestError) {
    self.file = file
    table = try SymbolTable(file)
  }

  /// Looks the names up, once for a whole log.
  mutating func look(for names: Set<String>) { namesakes = table.indices(of: names) }

  /// Start addresses of the functions with the name.
  func starts(of name: String) -> [SymbolTable.Symbol] { namesakes[name, default: []].map { table.symbols[$0] } }

  /// The functions that the frame can mean.
  func candidates(for frame: Frame) -> [Int] {
    guard let offset = frame.offset else { return [] }
    return namesakes[frame.symbol, default: []].filter {
      let symbol = table.symbols[$0]
      return symbol.reaches(offset) && frame.printed?.size.map { symbol.canPrint(size: $0) } ?? true
    }
  }

  /// Evidence that the frame is of another build; nil when nothing does.
  func contradiction(of frame: Frame) -> KernelIdentity.Difference? {
    guard let size = frame.printed?.size, let index = namesakes[frame.symbol]?.first, candidates(for: frame).isEmpty,
      !namesakes[frame.symbol, default: []].contains(where: { table.symbols[$0].hasSize(cutTo: size) })
    else { return nil }
    let symbol = table.symbols[index]
    let offset = frame.offset.map { "+0x" + String($0, radix: 16) } ?? ""
    return KernelIdentity.Difference(
      log: "\(clean(frame.name))\(offset)/0x\(String(size, radix: 16))",
      file: "\(clean(frame.name)) with 0x\(String(symbol.span, radix: 16)) bytes")
  }

  /// True if the frame's size can be compared at all.
  func canCompare(_ frame: Frame) -> Bool { frame.printed?.size != nil && namesakes[frame.symbol] != nil }
}
