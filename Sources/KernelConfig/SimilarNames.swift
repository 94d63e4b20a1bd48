import Model

/// Options that may be meant by a name that a kernel does not have.
enum SimilarNames {
  /// The nearest spellings among options that people can set; at most two, and none that differs in digits alone.
  static func of(_ name: String, among symbols: [String: KconfigSymbol]) -> [String] {
    // Short names are near to too many others.
    let limit = name.utf8.count < 5 ? 0 : name.utf8.count < 9 ? 1 : 2
    let (word, letters) = (Array(name.utf8), name.filter { !$0.isNumber })
    var near: [(distance: Int, name: String)] = []
    for (other, symbol) in symbols where abs(other.utf8.count - word.count) <= limit && symbol.hasPrompt {
      let distance = editDistance(word, other.utf8)
      // DWARF4 is no other spelling of DWARF5.
      if distance <= limit, other.filter({ !$0.isNumber }) != letters { near.append((distance, other)) }
    }
    let nearest = near.map(\.distance).min()
    return near.filter { $0.distance == nearest }.map(\.name).sorted().prefix(2).map(\.self)
  }
}
