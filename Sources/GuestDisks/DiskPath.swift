/// A path on a guest's disk: bytes, for whatever wrote them there need not know of UTF-8.
package struct DiskPath: Sendable, Hashable, ExpressibleByStringLiteral {
  /// Without a zero byte; begins with a slash.
  package let bytes: [UInt8]

  /// Cuts at a zero byte, as C would, and adds the slash that is missing.
  package init(_ bytes: some Sequence<UInt8>) {
    let plain = Array(bytes.prefix { $0 != 0 })
    self.bytes = plain.first == UInt8(ascii: "/") ? plain : [UInt8(ascii: "/")] + plain
  }

  package init(_ text: String) { self.init(text.utf8) }

  package init(stringLiteral text: String) { self.init(text.utf8) }

  /// The same folder's entry with this name.
  package func appending(_ name: some Sequence<UInt8>) -> DiskPath {
    DiskPath((bytes.last == UInt8(ascii: "/") ? bytes : bytes + [UInt8(ascii: "/")]) + name)
  }

  // Ends with a zero byte.
  var cString: [CChar] { (bytes + [0]).map { CChar(bitPattern: $0) } }
}

extension DiskPath: CustomStringConvertible {
  /// With invalid UTF-8 replaced; may hold control characters all the same.
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
