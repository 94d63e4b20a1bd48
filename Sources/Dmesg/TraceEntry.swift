/// One entry of a stack trace, or a program counter that the kernel resolved to a symbol.
struct TraceEntry: Sendable {
  var address: UInt64?
  /// The address has its sixteen digits and the brackets of `%p` in traces.
  var hasWholeAddress = false
  var offset: UInt64?
  /// Of the symbol, as printed behind the offset.
  var size: UInt64?
  /// The tool that symbolized the log marked it.
  var isInlined = false
  /// The unwinder vouches for it: not in parentheses (s390x), no question mark (x86).
  var isReliable = true
  /// The address has no symbol yet or the symbol is cut, so the next line can hold the rest.
  var isIncomplete = false

  /// Empty when only an address was printed.
  private(set) var name = Bytes()
  private(set) var module: Bytes?
  private(set) var source: Bytes?
  /// arm names the caller on the same line.
  private(set) var caller: Bytes?

  /// Reads an entry of any architecture; nil when the text is none.
  init?(parsing text: Bytes) {
    var rest = text.trimmed
    if rest.hasPrefix("(") {
      isReliable = false
      rest = rest.dropFirst()
    }
    let isBracketed = readAddress(&rest)
    if let unsure = rest.dropping("? ") {
      isReliable = false
      rest = unsure.trimmedStart
    }
    if rest.hasPrefix("("), isBracketed, let end = rest.firstIndex(of: UInt8(ascii: ")")) {
      // arm: the callee stands in parentheses, the caller behind it.
      name = rest[rest.index(after: rest.startIndex)..<end]
      caller = rest.after(" (")?.prefix { $0.isSymbol }
      if let caller, rest.hasSuffix("[inline])") {
        // The line that follows names both again, with the function that holds the inlined one.
        name = caller
        self.caller = nil
        isInlined = true
      }
      return
    }
    guard readSymbol(&rest, isBracketed: isBracketed) else { return nil }
    // powerpc's word for it.
    if rest.hasSuffix("(unreliable)") { isReliable = false }
  }

  /// Reads `foo+0x10/0x20 [module]` or `foo (file.c:12)` as it stands behind a `RIP:` or in a PSW line.
  init?(symbol text: Bytes) {
    var rest = text.trimmed
    if rest.hasPrefix("[") { _ = readAddress(&rest) }
    guard readSymbol(&rest, isBracketed: true), !name.isEmpty else { return nil }
  }

  /// Skips `[<000003ff80137780>]`, `[<(null)>]`, `[<     inline     >]` and the two bare ones of powerpc.
  private mutating func readAddress(_ rest: inout Bytes) -> Bool {
    // Whatever takes HTML's tags out of a text takes the address for one.
    if let bare = rest.dropping("[] ") { rest = bare.trimmedStart }
    var found = false
    while rest.hasPrefix("["), let end = rest.prefix(40).firstIndex(of: UInt8(ascii: "]")) {
      var body = rest[(rest.startIndex + 1)..<end]
      if body.first == UInt8(ascii: "<") {
        body = body.dropFirst().dropLast()
        hasWholeAddress = body.count == 16
      } else if body.count < 8 {
        break
      }
      let value = (body.dropping("0x") ?? body).hexadecimal
      guard value != nil || body.contains("inline") || body.contains("(null)") || body.contains("ptrval") else { break }
      address = value ?? address
      isInlined = isInlined || body.contains("inline")
      rest = rest[(end + 1)...].trimmedStart
      found = true
    }
    return found
  }

  private mutating func readSymbol(_ rest: inout Bytes, isBracketed: Bool) -> Bool {
    let symbol = rest.prefix { $0.isSymbol }
    guard let first = symbol.first else {
      isIncomplete = isBracketed && rest.isEmpty
      return isIncomplete
    }
    rest = rest.dropFirst(symbol.count)
    if first.isDigit { return readBareAddress(symbol, rest) }
    name = symbol
    if rest.hasPrefix("+0x") { return readOffset(&rest) }
    if rest.hasPrefix(" ("), readSources(rest.dropFirst(2)) { return true }
    if let source = Self.source(rest.trimmedStart.firstWord), let tail = rest.after(" [inline]") {
      isInlined = true
      self.source = source
      readTail(tail)
      return true
    }
    isInlined = isInlined || rest.hasSuffix("[inline]")
    // `dump_stack_lvl from panic+0x84/0x3a4` is what arm prints today.
    if let inlined = rest.dropping(" from "), inlined.hasSuffix("[inline]") {
      name = inlined.prefix { $0.isSymbol }
      isInlined = true
      return true
    }
    if rest.hasPrefix(" from "), rest.contains("+0x") {
      caller = rest.dropFirst(6).prefix { $0.isSymbol }
      return true
    }
    return isBracketed && (rest.isEmpty || rest.hasPrefix(")"))
  }

  private mutating func readBareAddress(_ digits: Bytes, _ rest: Bytes) -> Bool {
    guard let value = digits.dropping("0x")?.hexadecimal, rest.isEmpty || rest.hasPrefix(")") else { return false }
    address = address ?? value
    return true
  }

  /// `+0x70/0x80`, then perhaps ` [vfio]`, ` file.c:12` or both.
  private mutating func readOffset(_ rest: inout Bytes) -> Bool {
    let digits = rest.dropFirst(3).prefix { $0.hexDigit != nil }
    rest = rest.dropFirst(3 + digits.count)
    offset = digits.hexadecimal
    guard offset != nil, let size = rest.dropping("/0x") else {
      isIncomplete = rest.isEmpty || rest.elementsEqual("/".utf8) || rest.elementsEqual("/0".utf8)
      return isIncomplete
    }
    let length = size.prefix { $0.hexDigit != nil }
    rest = size.dropFirst(length.count)
    isIncomplete = length.isEmpty && rest.isEmpty
    self.size = length.hexadecimal
    readTail(rest)
    return true
  }

  private mutating func readTail(_ tail: Bytes) {
    for word in tail.split(separator: 0x20) {
      if word.first == UInt8(ascii: "["), word.count > 2, !word.hasPrefix("[inline"), !word.hasPrefix("[<") {
        if module == nil { module = word.dropFirst().prefix { $0 != UInt8(ascii: "]") } }
      } else if source == nil {
        source = Self.source(word)
      }
    }
  }

  /// `mm/page_alloc.c:669 (discriminator 2) mm/page_alloc.c:1572) vfio`, from decode_stacktrace.sh.
  private mutating func readSources(_ body: Bytes) -> Bool {
    guard let source = Self.source(body.firstWord.trimmedClosing) else { return false }
    self.source = source
    if let last = body.lastIndex(of: UInt8(ascii: ")")) {
      let module = body[(last + 1)...].trimmed
      if !module.isEmpty { self.module = module.drop { $0 == UInt8(ascii: "[") }.prefix { $0 != UInt8(ascii: "]") } }
    }
    return true
  }

  /// `file.c:12`, when the word is that.
  static func source(_ word: Bytes) -> Bytes? {
    guard let colon = word.lastIndex(of: UInt8(ascii: ":")), word[..<colon].contains(UInt8(ascii: ".")) else {
      return nil
    }
    let line = word[(colon + 1)...]
    return line.decimal != nil || line.elementsEqual("?".utf8) ? word : nil
  }
}

extension TraceEntry {
  /// The name as printed; no symbol is longer (`KSYM_NAME_LEN`), but a hostile line can be.
  var symbol: String { name.prefix(512).string }

  /// The name as the source has it.
  var function: String { RustName.readable(symbol) }
}

extension Bytes {
  fileprivate var trimmedClosing: Bytes { last == UInt8(ascii: ")") ? dropLast() : self }
}
