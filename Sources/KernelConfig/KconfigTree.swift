import Model

/// The options that a kernel tree has for one architecture.
struct KconfigTree {
  let root: String
  let variables: KconfigVariables
  /// By name, without `CONFIG_`.
  let symbols: [String: KconfigSymbol]
  let blocks: [KconfigBlock]
  /// Files that could not be read; the options in it are missing.
  let complaints: [String]
  /// The files that were read.
  let files: Set<String>

  /// Reads /Kconfig and all that it sources.
  /// - Throws: ``LabError`` when there is no Kconfig.
  init(root: String, architecture: String) throws(LabError) {
    self.root = root
    variables = KconfigVariables(architecture: architecture)
    var reader = KconfigReader(root: root, variables: variables)
    reader.read("Kconfig")
    symbols = reader.symbols.filter { !$0.value.definitions.isEmpty }
    blocks = reader.blocks
    complaints = reader.complaints
    files = reader.seen
    guard !symbols.isEmpty else {
      let why = complaints.first ?? "Kconfig: defines no option"
      throw LabError("cannot read which options the kernel in \(root) has: \(why)")
    }
  }

  /// True if it is the option that every kernel for the architecture has, such as S390.
  func isArchitecture(_ name: String) -> Bool { name == variables.architecture.uppercased() }

  /// Expression after `depends on`, or a line's `if`.
  func dependency(_ text: KconfigSymbol.Text) -> KconfigExpression {
    let tokens = KconfigToken.read(text, variables)
    return KconfigExpression(tokens.first == .word("on") ? tokens.dropFirst() : tokens[...])
      ?? .unknown(Self.plain(text))
  }

  /// The condition behind an attribute's `if`; nil without.
  func condition(_ text: KconfigSymbol.Text) -> KconfigExpression? {
    let tokens = KconfigToken.read(text, variables)
    guard let mark = tokens.firstIndex(of: .word("if")) else { return nil }
    return KconfigExpression(tokens[(mark + 1)...]) ?? .unknown(Self.plain(text))
  }

  /// Text before an attribute's `if`.
  func operands(_ text: KconfigSymbol.Text) -> ArraySlice<KconfigToken> {
    let tokens = KconfigToken.read(text, variables)
    return tokens.prefix { $0 != .word("if") }
  }

  private static func plain(_ text: KconfigSymbol.Text) -> String {
    String(decoding: text.trimmed.prefix(200), as: UTF8.self).escaped()
  }
}
