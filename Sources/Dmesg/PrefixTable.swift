/// Starts of lines, sorted by their first byte so that a line is compared with a few of them only.
struct PrefixTable: Sendable {
  private var byFirstByte = [[StaticString]](repeating: [], count: 256)

  init(_ prefixes: [StaticString]) {
    for prefix in prefixes { byFirstByte[Int(prefix.utf8Start.pointee)].append(prefix) }
  }

  func matches(_ text: Bytes) -> Bool {
    guard let first = text.first else { return false }
    return byFirstByte[Int(first)].contains { text.hasPrefix($0) }
  }
}
