extension TaskContext {
  /// Reads what a headline itself says: `CPU: 0 PID: 57`, `CPU#26: grep/242219`, `task kmcheck:72`, `[sh:61]`.
  init(headline text: Bytes) {
    self.init()
    if text.hasPrefix("WARNING: ") {
      readWarning(text)
    } else if let tail = text.after("soft lockup - CPU#") {
      cpu = tail.prefix { $0.isDigit }.decimal
      if let name = tail.after("[") { readName(name, before: UInt8(ascii: ":")) }
    } else if let head = text.after("INFO: task ")?.before(" blocked ") {
      readName(head, before: UInt8(ascii: ":"))
    }
  }

  private mutating func readWarning(_ text: Bytes) {
    if let tail = text.after(", CPU#") {
      cpu = tail.prefix { $0.isDigit }.decimal
      if let name = tail.after(": ") { readName(name, before: UInt8(ascii: "/")) }
    } else if text.hasPrefix("WARNING: CPU: ") {
      cpu = Self.number(after: "CPU: ", in: text)
      pid = Self.number(after: "PID: ", in: text)
    }
  }

  /// A task's name can hold the separator too, so the last one counts.
  private mutating func readName(_ text: Bytes, before separator: UInt8) {
    guard let end = text.lastIndex(of: separator) else { return }
    comm = text[..<end].string
    pid = text[(end + 1)...].prefix { $0.isDigit }.decimal
  }
}
