package import Model
import Yams

/// One value of a YAML file that knows where it stands, so that every complaint names the place.
package struct YAMLValue {
  private let node: Node
  private let file: String
  /// Path from the top: `actors[1].program`.
  private let path: String

  /// Parses a whole file.
  ///
  /// - Parameters:
  ///   - text: at most 256 KiB.
  ///   - file: its name, for complaints.
  /// - Throws: ``RequestError`` with file, line and column.
  package init(parsing text: String, file: String) throws(RequestError) {
    guard text.utf8.count <= 256 << 10 else { throw RequestError("\(file) is larger than 256 KiB") }
    do {
      guard let node = try Yams.compose(yaml: text) else { throw RequestError("\(file) is empty") }
      self.init(node: node, file: file, path: "")
    } catch let error as RequestError {
      throw error
    } catch let error as YamlError {
      throw RequestError("\(file):\(explain(error))")
    } catch {
      throw RequestError("\(file) is not YAML: \(error)")
    }
  }

  private init(node: Node, file: String, path: String) {
    self.node = node
    self.file = file
    self.path = path
  }

  /// A complaint about this value, with its place.
  package func wrong(_ problem: String, advice: String? = nil) -> RequestError {
    let place = node.mark.map { "\(file):\($0.line):\($0.column): " } ?? "\(file): "
    return RequestError(place + (path.isEmpty ? "" : "\(path): ") + problem, advice: advice)
  }

  /// The entries of a mapping whose keys are all among `known`.
  /// - Throws: ``RequestError`` for another type, or for an unknown key, with the one that was probably meant.
  package func mapping(knowing known: [String]) throws(RequestError) -> [String: YAMLValue] {
    let entries = try anyMapping()
    for (key, value) in entries where !known.contains(key) {
      let near = known.min { editDistance($0, key) < editDistance($1, key) }
      let advice = near.flatMap { editDistance($0, key) <= 2 ? "Did you mean '\($0)'?" : nil }
      throw value.wrong("unknown key '\(key)'", advice: advice ?? "Known here: \(known.joined(separator: ", ")).")
    }
    return entries
  }

  /// The entries of a mapping with any keys.
  /// - Throws: ``RequestError`` for another type.
  package func anyMapping() throws(RequestError) -> [String: YAMLValue] {
    guard case .mapping(let mapping) = node else { throw wrong("must be a mapping, not \(kind)") }
    var entries: [String: YAMLValue] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else { throw wrong("has a key that is not a word") }
      entries[name] = YAMLValue(node: value, file: file, path: path.isEmpty ? name : "\(path).\(name)")
    }
    return entries
  }

  /// The items of a list of at most 1000.
  /// - Throws: ``RequestError`` for another type or a longer list.
  package func list() throws(RequestError) -> [YAMLValue] {
    guard case .sequence(let sequence) = node else { throw wrong("must be a list, not \(kind)") }
    guard sequence.count <= 1000 else { throw wrong("has \(sequence.count) items; at most 1000 are read") }
    return sequence.enumerated().map { YAMLValue(node: $1, file: file, path: "\(path)[\($0)]") }
  }

  /// A scalar as it is written.
  /// - Throws: ``RequestError`` for another type.
  package func string() throws(RequestError) -> String {
    guard let scalar = node.scalar else { throw wrong("must be text, not \(kind)") }
    return scalar.string
  }

  /// A scalar for which `expectation`, which says what it must be, answers nil.
  /// - Throws: ``RequestError`` for another type, or with what it must be.
  package func string(_ expectation: (String) -> String?) throws(RequestError) -> String {
    let text = try string()
    if let expectation = expectation(text) { throw wrong("must be \(expectation), not '\(text.prefix(40))'") }
    return text
  }

  /// `true` or `false`.
  /// - Throws: ``RequestError`` for anything else.
  package func flag() throws(RequestError) -> Bool {
    guard let value = node.scalar.flatMap({ Bool($0.string) }) else {
      throw wrong("must be true or false, not \(kind)")
    }
    return value
  }

  /// The entry of this mapping called `key`.
  /// - Throws: ``RequestError`` when it is missing.
  package func required(_ key: String, _ entries: [String: YAMLValue]) throws(RequestError) -> YAMLValue {
    guard let value = entries[key] else { throw wrong("'\(key)' is missing") }
    return value
  }

  /// A whole number in `range`, in decimal or, after `0x`, in hex.
  /// - Throws: ``RequestError`` for anything else.
  package func integer(in range: ClosedRange<Int>) throws(RequestError) -> Int {
    guard let text = node.scalar?.string, let value = wholeNumber(text) else {
      throw wrong("must be a whole number, not \(kind)")
    }
    guard range.contains(value) else { throw wrong("must be \(range.lowerBound) to \(range.upperBound), not \(value)") }
    return value
  }

  /// A time such as `250ms`, `10s` or `2m`.
  /// - Throws: ``RequestError`` for anything else.
  package func duration() throws(RequestError) -> Duration {
    guard let text = node.scalar?.string, let value = Duration(zlab: text) else {
      throw wrong("must be a time such as 250ms, 10s or 2m, not \(kind)")
    }
    return value
  }

  private var kind: String {
    switch node {
    case .scalar(let scalar): "'\(scalar.string.prefix(40))'"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}

private func explain(_ error: YamlError) -> String {
  switch error {
  case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
    .composer(_, let problem, let mark, _):
    "\(mark.line):\(mark.column): not YAML: \(problem)"
  case .duplicatedKeysInMapping(let keys, let context):
    "\(context.mark.line):\(context.mark.column): given twice: \(keys.joined(separator: ", "))"
  default: " not YAML: \(error)"
  }
}
