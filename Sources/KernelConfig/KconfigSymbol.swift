/// Definition of one option in a tree's Kconfig files.
struct KconfigSymbol {
  /// Places of the definition; mostly once.
  var definitions: [Definition] = []
  /// Options that select or imply it.
  var setters: [Setter] = []

  enum Kind: String {
    case bool, tristate, int, hex, string

    var isLogical: Bool { self == .bool || self == .tristate }
  }

  /// A part of a statement as it is written. It stays so until somebody asks: of twenty thousand options few are ever
  /// explained.
  typealias Text = ArraySlice<UInt8>

  /// One `config` block, with what follows the first word of each of its lines.
  struct Definition {
    var name: String
    var kind: Kind?
    var prompts: [Text] = []
    var depends: [Text] = []
    var defaults: [Text] = []
    var ranges: [Text] = []
    /// The innermost block around it, an index.
    var block: Int?
  }

  /// `select` or `imply` in another option's block.
  struct Setter {
    var name: String
    var isSelect: Bool
    var text: Text
  }

  var kind: Kind? { definitions.lazy.compactMap(\.kind).first }

  var hasPrompt: Bool { definitions.contains { !$0.prompts.isEmpty } }

  /// True if anything here can give it a value at all.
  var isSettable: Bool { hasPrompt || !setters.isEmpty || definitions.contains { !$0.defaults.isEmpty } }
}

/// An `if`, `menu` or `choice` around options.
struct KconfigBlock {
  enum Kind { case condition, menu, choice }

  var kind: Kind
  /// The next block outwards, an index.
  var parent: Int?
  var depends: [KconfigSymbol.Text] = []
  /// Lines that say when the prompts inside are shown.
  var visible: [KconfigSymbol.Text] = []
}
