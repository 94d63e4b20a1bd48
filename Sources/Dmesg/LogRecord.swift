/// Subject of a line of a log that consists of records is about.
enum LogRecord {
  /// No record: the line is text.
  case none
  /// A message; it can hold line feeds. The caller is the printk record's, when it has one.
  case message([UInt8], Caller?)
  /// A field beside the message, or a message that the kernel did not print.
  case other
}

/// Takes kernel messages out of records: /dev/kmsg, JSON, YAML, the journal's export and verbose forms.
///
/// Containers are known by a line's own form; what only a neighbour gives away is remembered from one line to the next.
struct LogRecordReader: Sendable {
  private enum Form { case text, kmsg, json, journal }

  /// Of the last record.
  private var form = Form.text
  /// The next line is a field's binary content.
  private var awaitsContent = false
  /// Bytes of a message that is laid out as a list of numbers, one a line.
  private var list: [UInt8]?

  /// The next line belongs to a record's message.
  var isInsideMessage: Bool { list != nil }

  private static let messageKeys: [StaticString] = ["MESSAGE", "msg", "message", "log"]

  mutating func read(_ line: Bytes) -> LogRecord {
    if let record = readList(line) { return record }
    guard let first = line.first else { return form == .json || form == .journal ? .other : .none }
    if awaitsContent {
      awaitsContent = false
      return .message(Array(Self.withoutLength(line)), nil)
    }
    switch first {
    case 0x30...0x39:
      if let record = kmsg(line) {
        form = .kmsg
        return record
      }
    case 0x20:
      if let record = field(line.trimmedStart) { return record }
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "-"), UInt8(ascii: "d"), UInt8(ascii: "\""),
      UInt8(ascii: "["), UInt8(ascii: "]"):
      if let record = object(line) { return record }
    case 0x41...0x5a, UInt8(ascii: "_"):
      if let record = journalField(line) { return record }
    default: break
    }
    form = .text
    return .none
  }

  /// A line of a message that `journalctl -o json-pretty` lays out as a list of bytes; nil when it is none.
  private mutating func readList(_ line: Bytes) -> LogRecord? {
    guard var bytes = list else { return nil }
    list = nil
    let text = line.trimmed
    if text.first == UInt8(ascii: "]") { return .message(bytes, nil) }
    guard let more = JSONText.byteList(text), !more.isEmpty else { return nil }
    bytes += more.prefix(LineSplitter.lineLimit - bytes.count)
    list = bytes
    return .other
  }

  // MARK: /dev/kmsg

  /// `4,1234,12000001,-,caller=T77;text`, netconsole's also with the release before it.
  ///
  /// Source: `info_print_ext_header()` and `msg_add_ext_text()` of `kernel/printk/printk.c`, and
  /// Documentation/ABI/testing/dev-kmsg.
  private func kmsg(_ line: Bytes) -> LogRecord? {
    guard let end = line.prefix(256).index(of: UInt8(ascii: ";")) else { return nil }
    var fields = line[..<end].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)[...]
    if let release = fields.first, release.contains(UInt8(ascii: ".")) { fields = fields.dropFirst() }
    guard fields.count >= 3, fields.prefix(3).allSatisfy({ $0.decimal != nil }),
      fields.dropFirst(3).first.map({ $0.count == 1 }) ?? true
    else { return nil }
    // The facility is the priority's upper part; the kernel's is 0, and 1 is a user's that wrote to /dev/kmsg.
    var caller: Caller?
    for field in fields.dropFirst(4) { caller = field.dropping("caller=").flatMap(Caller.init) ?? caller }
    return .message(Self.withoutHexEscapes(line[(end + 1)...]), caller)
  }

  private static func withoutHexEscapes(_ text: Bytes) -> [UInt8] {
    guard text.index(of: UInt8(ascii: "\\")) != nil else { return Array(text) }
    var output: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == UInt8(ascii: "\\"), index + 3 < text.endIndex, text[index + 1] == UInt8(ascii: "x"),
        let value = text[(index + 2)..<(index + 4)].hexadecimal
      {
        output.append(UInt8(value))
        index += 4
      } else {
        output.append(text[index])
        index += 1
      }
    }
    return output
  }

  // MARK: JSON and YAML

  /// An object on one line, or a line of one that was laid out: `journalctl -o json`, `json-pretty`, `dmesg --json`,
  /// LAVA's log, container logs.
  private mutating func object(_ line: Bytes) -> LogRecord? {
    var body = line
    for mark: StaticString in ["data: ", "- "] { body = body.dropping(mark)?.trimmedStart ?? body }
    if body.first == UInt8(ascii: "{") {
      if let record = whole(body) {
        form = .json
        return record
      }
      // The opening line of an object that was laid out.
      guard body.count <= 2 else { return nil }
      form = .json
      return .other
    }
    return form == .json ? field(body) : nil
  }

  private func whole(_ body: Bytes) -> LogRecord? {
    if let text = JSONText.value(of: Self.messageKeys, in: body) {
      return isKernels(body) ? .message(text, Self.caller(in: body)) : .other
    }
    if let text = Self.yamlMessage(body) { return isKernels(body) ? .message(text, nil) : .other }
    return body.contains("\"MESSAGE\"") || body.contains("msg:") || body.contains("\"msg\"") ? .other : nil
  }

  /// LAVA writes `{dt: 2026-03-02T10:00:00, lvl: target, msg: '[    1.2] text'}` as well as quoted keys.
  private static func yamlMessage(_ body: Bytes) -> [UInt8]? {
    guard let value = body.after("msg: ")?.trimmedStart, let first = value.first else { return nil }
    if first == UInt8(ascii: "\"") { return JSONText.read(value) }
    if first == UInt8(ascii: "'") {
      let end = value.lastIndex(of: first) ?? value.endIndex
      let content = value[(value.startIndex + 1)..<max(value.startIndex + 1, end)]
      return Array(content.string.replacing("''", with: "'").utf8)
    }
    return Array(value.last == UInt8(ascii: "}") ? value.dropLast() : value)
  }

  /// True if the fields beside the message say that somebody else wrote it.
  private func isKernels(_ body: Bytes) -> Bool {
    if let transport = JSONText.value(of: ["_TRANSPORT"], in: body), !transport.elementsEqual("kernel".utf8) {
      return JSONText.value(of: ["SYSLOG_IDENTIFIER"], in: body).map { $0.elementsEqual("kernel".utf8) } ?? false
    }
    // LAVA: the device's console, and that of another device; everything else is the dispatcher's own.
    let level = JSONText.value(of: ["lvl"], in: body) ?? body.after("lvl: ").map { Array($0.prefix { $0.isLetter }) }
    return level.map { $0.elementsEqual("target".utf8) || $0.elementsEqual("feedback".utf8) } ?? true
  }

  private static func caller(in body: Bytes) -> Caller? {
    JSONText.value(of: ["caller"], in: body).flatMap { $0.withBytes { Caller($0.trimmed) } }
  }

  /// A line of an object that was laid out, or a field of the journal's verbose form, which are indented.
  private mutating func field(_ line: Bytes) -> LogRecord? {
    if line.hasPrefix("\"MESSAGE\"") || line.hasPrefix("\"msg\"") { form = .json }
    if line.hasPrefix("MESSAGE=") { form = .journal }
    switch form {
    case .text: return nil
    case .kmsg: return line.index(of: UInt8(ascii: "=")) == nil ? nil : .other
    case .journal: return journalField(line) ?? .other
    case .json:
      if line.first == UInt8(ascii: "\"") {
        guard let text = JSONText.value(of: Self.messageKeys, in: line) else { return .other }
        // The list goes on.
        if text.isEmpty, line.last == UInt8(ascii: "[") {
          list = []
          return .other
        }
        return .message(text, nil)
      }
      // The address of a trace's line stands in brackets too.
      return line.first.map { "{}],".utf8.contains($0) } == true || line.count == 1 ? .other : nil
    }
  }

  // MARK: The journal's own forms

  /// `MESSAGE=text` of `journalctl -o export` and, indented, of `-o verbose`.
  ///
  /// Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/; names are capitals, digits and underscores.
  private mutating func journalField(_ line: Bytes) -> LogRecord? {
    if let text = line.dropping("MESSAGE=") {
      form = .journal
      return .message(Array(text), nil)
    }
    if form == .journal, line.contains("[s="), line.contains(";i=") { return .other }
    let name = line.prefix { $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }
    if form == .journal, name.count == line.count, name.elementsEqual("MESSAGE".utf8) {
      awaitsContent = true
      return .other
    }
    guard name.count > 2, line.dropFirst(name.count).first == UInt8(ascii: "=") else { return nil }
    guard form == .journal || line.hasPrefix("__CURSOR=") || line.hasPrefix("__REALTIME_TIMESTAMP=") else { return nil }
    form = .journal
    return .other
  }

  /// The content without the low byte of its length, which is left of the eight bytes when it is printable.
  private static func withoutLength(_ line: Bytes) -> Bytes {
    guard let first = line.first else { return line }
    // Control bytes of the content are gone already.
    let missing = (Int(first) - (line.count - 1)) & 0xff
    return missing < 24 ? line.dropFirst() : line
  }
}
