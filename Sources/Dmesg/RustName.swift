/// A Rust function's name as its source has it, from either form in which the compiler mangles it.
///
/// `_RNvMs3_NtCs9jE_6binder7processNtB5_7Process5ioctl` is `<binder::process::Process>::ioctl`. The crates' hashes, which
/// change with each build, are left out. Sources: RFC 2603 and https://doc.rust-lang.org/rustc/symbol-mangling/v0.html;
/// `compiler/rustc_symbol_mangling/src/legacy.rs` for `_ZN...17h<hash>E`, which gcc's and clang's C++ look like too.
package enum RustName {
  /// The name that is printed; other names, and those that are cut or damaged, stay as they are.
  package static func readable(_ name: String) -> String {
    if name.hasPrefix("_R") { return SymbolName.plain(name).withBytes(RustPath.read) ?? name }
    if name.hasPrefix("_ZN") { return SymbolName.plain(name).withBytes(legacy) ?? name }
    return name
  }

  private static func legacy(_ name: Bytes) -> String? {
    var rest = name.dropFirst(3)
    var parts: [Bytes] = []
    while let first = rest.first, first.isDigit {
      let digits = rest.prefix { $0.isDigit }
      guard let length = digits.decimal, length > 0, length <= rest.count - digits.count else { return nil }
      rest = rest.dropFirst(digits.count)
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    guard rest.first == UInt8(ascii: "E"), let hash = parts.popLast(), hash.count == 17,
      hash.first == UInt8(ascii: "h"), hash.dropFirst().hexadecimal != nil, !parts.isEmpty
    else { return nil }
    return parts.map(unescaped).joined(separator: "::")
  }

  private static let escapes: [(StaticString, String)] = [
    ("$SP$", "@"), ("$BP$", "*"), ("$RF$", "&"), ("$LT$", "<"), ("$GT$", ">"), ("$LP$", "("), ("$RP$", ")"),
    ("$C$", ","), ("$u20$", " "), ("$u27$", "'"), ("$u3b$", ";"), ("$u5b$", "["), ("$u5d$", "]"), ("$u7b$", "{"),
    ("$u7d$", "}"), ("$u7e$", "~"), ("$u2b$", "+"), ("$u22$", "\""), ("..", "::"), (".", "-"),
  ]

  /// An identifier that would begin with an escape has an underscore in front.
  private static func unescaped(_ part: Bytes) -> String {
    var rest = part.hasPrefix("_$") ? part.dropFirst() : part
    var text = ""
    while let first = rest.first {
      if let (mark, plain) = escapes.first(where: { rest.hasPrefix($0.0) }) {
        text += plain
        rest = rest.dropFirst(mark.utf8CodeUnitCount)
      } else {
        text.unicodeScalars.append(Unicode.Scalar(first))
        rest = rest.dropFirst()
      }
    }
    return text
  }
}
