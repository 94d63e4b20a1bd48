/// One of the actors' source files: what it defines, and what it uses.
///
/// It relies on their style (CONTRIBUTING.md): what is at file scope begins at the beginning of a line.
struct CFile {
  /// Name without its folder.
  let name: String
  let text: String
  let usedNames: Set<String>
  /// Functions and variables that other files may use.
  private(set) var globals: Set<String> = []
  private(set) var staticFunctions: Set<String> = []
  /// Other names that mean something in this file only: variables, constants of enumerations, tags.
  private(set) var otherLocals: Set<String> = []
  private(set) var macros: [String] = []
  /// Headers of the actors' that it includes, and those of the system.
  private(set) var ownHeaders: [String] = []
  private(set) var systemHeaders: [String] = []
  /// Names of the actors in it.
  let actors: [String]

  init(name: String, text: String) {
    (self.name, self.text) = (name, text)
    usedNames = CText(text).identifiers
    actors = text.matches(of: /(?m)^ACTOR\(\w+, "([^"]+)"/).map { String($0.1) }
    for line in text.split(separator: "\n") { read(line) }
    for match in text.matches(of: /(?m)^enum(?:\s+(\w+))?\s*\{([^}]*)\}/) {
      otherLocals.formUnion(CText(String(match.2)).identifiers)
      if let tag = match.1 { otherLocals.insert(String(tag)) }
    }
  }

  private mutating func read(_ line: Substring) {
    if let match = line.wholeMatch(of: /#include ([<"])([^>"]+)[>"].*/) {
      if match.1 == "<" { systemHeaders.append(String(match.2)) } else { ownHeaders.append(String(match.2)) }
    } else if let match = line.prefixMatch(of: /#define (\w+)/) {
      macros.append(String(match.1))
    } else if let match = line.wholeMatch(of: /(?:static |const )*struct (\w+) \{/) {
      otherLocals.insert(String(match.1))
    } else if line.first?.isLetter == true || line.first == "_", !line.hasPrefix("ACTOR("), !line.hasSuffix(":") {
      // The name is before what a declaration goes on with: parameters, a size, a value or the end.
      guard let match = line.firstMatch(of: /(\w+)(\(|\[|;| =)/), !line.hasPrefix("enum") else { return }
      let (name, isFunction) = (String(match.1), match.2 == "(")
      if !line.hasPrefix("static ") {
        if !line.hasPrefix("extern ") { globals.insert(name) }
      } else if isFunction {
        staticFunctions.insert(name)
      } else {
        otherLocals.insert(name)
      }
    }
  }

  /// What tells its names from those of another file.
  private var prefix: String { name.prefix { $0 != "." }.replacing("-", with: "_") + "_" }

  /// The text for a file that holds others too: without directives that it has once, and with names of its own.
  /// - Parameter taken: names that other files define.
  func part(taken: Set<String>) -> String {
    var names: [String: String] = [:]
    for local in staticFunctions.union(otherLocals) where staticFunctions.contains(local) || taken.contains(local) {
      if !local.hasPrefix(prefix) { names[local] = prefix + local }
    }
    let own = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      !["#include ", "#define _GNU_SOURCE", "// SPDX", "/* SPDX", "#pragma once", "#ifndef ZLAB_", "#define ZLAB_"]
        .contains { line.hasPrefix($0) } && line != "#endif"
    }
    var body = own.joined(separator: "\n")
    while body.hasPrefix("\n") { body.removeFirst() }
    while body.hasSuffix("\n") { body.removeLast() }
    return CText(body.replacing("\n\n\n", with: "\n\n")).renaming(names)
  }
}
