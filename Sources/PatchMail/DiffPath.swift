/// The names of files in a diff, which come from strangers.
enum DiffPath {
  // Above what any system takes for a path, quoted and with a date.
  private static let longest = 20_000
  // No kernel has a file below more than 15; each folder of a path is made, walked and removed again.
  private static let deepest = 64

  /// The path that a `---` or `+++` line names, without date; nil for `/dev/null` or a date of the epoch.
  ///
  /// The epoch is how `diff -N` says that a file is not there.
  static func named(by line: ArraySlice<UInt8>) -> (name: String, exists: Bool) {
    let text = line.dropFirst(4).prefix(longest)
    if text.first == 0x22, let name = unquoted(String(decoding: text, as: UTF8.self)) { return (name, true) }
    let whole = String(decoding: text.trimmedEnd, as: UTF8.self)
    let end = dateStart(whole)
    let name = String(whole[..<end].reversed().drop(while: \.isWhitespace).reversed())
    let date = whole[end...].drop(while: \.isWhitespace)
    return (name, name != "/dev/null" && !(date.hasPrefix("1970-01-01") || date.hasPrefix("1969-12-31")))
  }

  // A tab parts the date from the name; a mail program may have made two spaces or more of it.
  private static func dateStart(_ text: String) -> String.Index {
    if let tab = text.firstIndex(of: "\t") { return tab }
    var search = text[...]
    while let gap = search.firstRange(of: " ") {
      let next = text[gap.upperBound...].drop { $0 == " " }
      if next.prefix(4).allSatisfy(\.isNumber), next.dropFirst(4).first == "-", next.prefix(10).count == 10 {
        return gap.lowerBound
      }
      search = next
    }
    return text.endIndex
  }

  /// Both names of a `diff --git` line; nil when it does not say where one ends.
  static func both(_ line: ArraySlice<UInt8>) -> (old: String, new: String)? {
    guard line.count <= longest * 2 else { return nil }
    let text = String(decoding: line.dropFirst(11).trimmedEnd, as: UTF8.self)
    if text.hasPrefix("\"") { return quotedPair(text) }
    if let pair = equalPair(text) { return pair }
    guard let space = text.firstIndex(of: " "), space == text.lastIndex(of: " ") else { return nil }
    return (String(text[..<space]), String(text[space...].dropFirst()))
  }

  /// Both names of such a line when they are the same but for their prefixes, which tells where one ends.
  static func equalPair(_ text: String) -> (old: String, new: String)? {
    let spaces = text.indices.filter { text[$0] == " " }
    // Both names are the same but for their first component, unless other lines name them.
    for space in spaces.prefix(64) {
      let old = text[..<space]
      let new = text[text.index(after: space)...]
      if old.drop(while: { $0 != "/" }) == new.drop(while: { $0 != "/" }) || old == new {
        return (String(old), String(new))
      }
    }
    return nil
  }

  private static func quotedPair(_ text: String) -> (old: String, new: String)? {
    guard let middle = text.firstRange(of: "\" ") else { return nil }
    let second = String(text[middle.upperBound...])
    guard let old = unquoted(String(text[..<middle.upperBound].dropLast())) else { return nil }
    return (old, second.hasPrefix("\"") ? unquoted(second) ?? second : second)
  }

  /// The paths in the tree: without `a/` and `b/`, or without two first components that differ.
  static func stripped(old: String, new: String) -> (old: String, new: String) {
    let oldRest = old.drop { $0 != "/" }.dropFirst()
    let newRest = new.drop { $0 != "/" }.dropFirst()
    let prefixes: Set<Substring> = ["a", "b", "i", "w", "c", "o"]
    if prefixes.contains(old.prefix { $0 != "/" }), prefixes.contains(new.prefix { $0 != "/" }) {
      return (String(oldRest), String(newRest))
    }
    return old != new && oldRest == newRest ? (String(oldRest), String(newRest)) : (old, new)
  }

  /// The fault of a path that must not be written to; nil when it stays inside its tree.
  static func fault(_ path: String) -> String? {
    if path.isEmpty { return "is empty" }
    if path.hasPrefix("/") { return "is absolute" }
    if path.utf8.count > 4096 { return "is longer than 4096 bytes" }
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { return "has control characters" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > deepest { return "leads through more than \(deepest - 1) folders" }
    for part in parts {
      if part.utf8.count > 255 { return "has a component of more than 255 bytes" }
      if part == ".." { return "leads out of the tree" }
      if part.isEmpty || part == "." { return "has an empty component" }
      if part.lowercased() == ".git" { return "leads into git's own folder" }
    }
    return nil
  }

  // git quotes names with unusual bytes as C strings, with octal numbers.
  private static func unquoted(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...].dropFirst()
    while let byte = rest.popFirst() {
      if byte == 0x22 { return String(decoding: bytes, as: UTF8.self) }
      guard byte == .backslash else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(3).prefix { 0x30...0x37 ~= $0 }
      if digits.count == 3, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else if let escape = rest.popFirst() {
        bytes.append(escape == 0x74 ? .tab : escape == 0x6E ? .lineFeed : escape)
      }
    }
    return nil
  }
}
