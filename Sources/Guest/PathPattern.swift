package import Model

/// Pattern for files of a guest's disk: an absolute path in which `*` and `?` stand for characters of one name, and
/// `**`, as a whole name, for any number of folders.
package struct PathPattern: Sendable, Hashable {
  private let parts: [[UInt8]]
  package let text: String

  /// - Throws: ``RequestError`` for what is no absolute path, or has `..` in it.
  package init(_ text: String) throws(RequestError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    guard text.hasPrefix("/"), text.utf8.count <= 1024, parts.count <= 64, !text.contains("\0"),
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw RequestError(
        "`\(text)` names no files of a guest", advice: "An absolute path without '..' does: /var/log/**.")
    }
    self.text = text
    self.parts = parts.map { Array($0.utf8) }
  }

  /// The folder or file above which nothing can match: what comes before the first name with a wildcard.
  package var fixed: String {
    let plain = parts.prefix { part in !part.contains { $0 == star || $0 == mark } }
    return "/" + plain.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
  }

  /// True if a path, from its slash on, is meant.
  package func matches(_ path: [UInt8]) -> Bool {
    let names = path.split(separator: UInt8(ascii: "/"))
    // reached[i]: the first i parts stand for the names so far. Both are short: nothing a guest does makes this slow.
    var reached = Array(repeating: false, count: parts.count + 1)
    reached[0] = true
    skipAny(&reached)
    for name in names {
      var next = Array(repeating: false, count: parts.count + 1)
      for (index, part) in parts.enumerated() where reached[index] {
        if part == [star, star] {
          next[index] = true
          if index == parts.count - 1 { next[parts.count] = true }
        } else if fits(name, part) {
          next[index + 1] = true
        }
      }
      skipAny(&next)
      reached = next
    }
    return reached[parts.count]
  }

  // A `**` may stand for nothing, unless it is the last: the folder itself is not meant.
  private func skipAny(_ reached: inout [Bool]) {
    for index in parts.indices.dropLast() where reached[index] && parts[index] == [star, star] {
      reached[index + 1] = true
    }
  }
}

private let star = UInt8(ascii: "*")
private let mark = UInt8(ascii: "?")

/// Goes back to the last star alone, which is enough: no step is taken more often than both lengths multiplied.
private func fits(_ name: ArraySlice<UInt8>, _ pattern: [UInt8]) -> Bool {
  var (at, index) = (name.startIndex, 0)
  var retry: (at: Int, index: Int)?
  while at < name.endIndex {
    if index < pattern.count, pattern[index] == star {
      retry = (at, index)
      index += 1
    } else if index < pattern.count, pattern[index] == mark || pattern[index] == name[at] {
      at += 1
      index += 1
    } else if let last = retry {
      retry = (last.at + 1, last.index)
      (at, index) = (last.at + 1, last.index + 1)
    } else {
      return false
    }
  }
  return pattern[index...].allSatisfy { $0 == star }
}
