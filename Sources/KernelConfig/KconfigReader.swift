/// Follows the Kconfig files of a tree and collects the options that they define.
struct KconfigReader {
  private let variables: KconfigVariables
  private var tree: TreeFiles
  private(set) var symbols: [String: KconfigSymbol] = [:]
  private(set) var blocks: [KconfigBlock] = []
  /// The files that were read.
  private(set) var seen: Set<String> = []
  /// The blocks that are open, indices from outside in.
  private var open: [Int] = []
  private var target = Target.nothing
  /// The files that are being read, from outside in.
  private var active: [String] = []
  private var isFull = false
  /// Files that another reader has read, to be passed over.
  private let known: Set<String>

  // Linux 6.12 nests 5 files and 8 blocks, and has 4000 blocks.
  private static let deepestSource = 32
  private static let deepestBlock = 100
  private static let mostBlocks = 200_000

  /// Owner of the attributes that follow.
  private enum Target {
    case nothing
    case block(Int)
    case option(KconfigSymbol.Definition)
  }

  init(root: String, variables: KconfigVariables, passingOver known: Set<String> = []) {
    self.variables = variables
    tree = TreeFiles(root: root)
    self.known = known
  }

  var complaints: [String] { tree.complaints }

  /// Reads a file and what it sources.
  mutating func read(_ path: String) {
    guard !active.contains(path) else { return tree.complain("\(path): sources itself") }
    guard active.count < Self.deepestSource else { return tree.complain("\(path): is sourced too deeply") }
    guard !known.contains(path), let bytes = tree.read(path) else { return }
    seen.insert(path)
    active.append(path)
    let outer = open.count
    var lines = KconfigLines(bytes)
    while !isFull, let statement = lines.next() { take(statement) }
    finish()
    // Blocks end in the file in which they begin.
    open.removeLast(max(0, open.count - outer))
    active.removeLast()
  }

  private mutating func take(_ statement: KconfigLines.Statement) {
    switch statement.word {
    case "config", "menuconfig": beginOption(statement)
    case "menu": beginBlock(.menu)
    case "choice": beginBlock(.choice)
    case "if": beginCondition(statement)
    case "endmenu": endBlock(.menu)
    case "endchoice": endBlock(.choice)
    case "endif": endBlock(.condition)
    case "comment", "mainmenu": finish()
    case "source": source(statement)
    default: attribute(statement)
    }
  }

  private mutating func beginOption(_ statement: KconfigLines.Statement) {
    finish()
    guard let name = statement.operand else { return }
    target = .option(KconfigSymbol.Definition(name: name, block: open.last))
  }

  private mutating func beginBlock(_ kind: KconfigBlock.Kind) {
    finish()
    guard open.count < Self.deepestBlock, blocks.count < Self.mostBlocks else {
      // Ends could not be told from one another any more.
      isFull = true
      return tree.complain("\(active.last ?? ""): has too many blocks; nothing behind them is read")
    }
    target = .block(blocks.count)
    blocks.append(KconfigBlock(kind: kind, parent: open.last))
    open.append(blocks.count - 1)
  }

  private mutating func beginCondition(_ statement: KconfigLines.Statement) {
    beginBlock(.condition)
    if case .block(let index) = target { blocks[index].depends = [statement.rest] }
    target = .nothing
  }

  private mutating func endBlock(_ kind: KconfigBlock.Kind) {
    finish()
    if let last = open.last, blocks[last].kind == kind { open.removeLast() }
  }

  private mutating func source(_ statement: KconfigLines.Statement) {
    finish()
    switch KconfigToken.read(statement.rest, variables).first {
    case .quoted(let path), .word(let path): read(path)
    case .macro(let text): tree.complain("\(active.last ?? ""): cannot follow source \(text)")
    case .sign, nil: break
    }
  }

  // The option that was being read is whole.
  private mutating func finish() {
    if case .option(let definition) = target {
      symbols[definition.name, default: KconfigSymbol()].definitions.append(definition)
    }
    target = .nothing
  }

  private mutating func attribute(_ statement: KconfigLines.Statement) {
    switch target {
    case .nothing: break
    case .block(let index): blocks[index].take(statement)
    case .option(var definition):
      if let setter = definition.setter(statement), let name = statement.operand {
        symbols[name, default: KconfigSymbol()].setters.append(setter)
      }
      // Without this, each line of an option would copy all lines above it.
      target = .nothing
      definition.take(statement)
      target = .option(definition)
    }
  }
}

extension KconfigSymbol.Definition {
  fileprivate mutating func take(_ statement: KconfigLines.Statement) {
    switch statement.word {
    case "bool", "tristate", "int", "hex", "string":
      kind = KconfigSymbol.Kind(rawValue: statement.word)
      // A type may have a prompt behind it, or a comment.
      if let first = statement.rest.first(where: { !$0.isBlank }), first.isQuote { prompts.append(statement.rest) }
    case "prompt": prompts.append(statement.rest)
    case "def_bool", "def_tristate":
      kind = KconfigSymbol.Kind(rawValue: String(statement.word.dropFirst(4)))
      defaults.append(statement.rest)
    case "default": defaults.append(statement.rest)
    case "depends": depends.append(statement.rest)
    case "range": ranges.append(statement.rest)
    default: break
    }
  }

  fileprivate func setter(_ statement: KconfigLines.Statement) -> KconfigSymbol.Setter? {
    guard statement.word == "select" || statement.word == "imply" else { return nil }
    return KconfigSymbol.Setter(name: name, isSelect: statement.word == "select", text: statement.rest)
  }
}

extension KconfigBlock {
  fileprivate mutating func take(_ statement: KconfigLines.Statement) {
    switch statement.word {
    case "depends": depends.append(statement.rest)
    // A choice's own prompt may have a condition, and so may what a menu shows.
    case "visible", "prompt", "bool", "tristate": visible.append(statement.rest)
    default: break
    }
  }
}
