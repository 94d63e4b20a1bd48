/// A file of many mails, parted by `From ` lines (RFC 4155).
enum Mailbox {
  /// The mails without their `From ` lines; the whole when there is no such line.
  static func split(_ lines: ArraySlice<Line>) -> [ArraySlice<Line>] {
    var mails: [ArraySlice<Line>] = []
    var start = lines.startIndex
    for index in lines.indices where isSeparator(lines[index].bytes) {
      if index > start { mails.append(lines[start..<index]) }
      start = index + 1
    }
    if start < lines.endIndex { mails.append(lines[start...]) }
    return mails.filter { mail in mail.contains { !$0.isBlank } }
  }

  // The date tells a separator from a sentence that begins with `From`.
  static func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.first == 0x46, line.hasPrefix("From ") else { return false }
    let words = String(decoding: line.prefix(300), as: UTF8.self).split(separator: " ")
    guard let day = words.dropFirst().firstIndex(where: { weekdays.contains($0) }), day + 4 < words.count else {
      return false
    }
    return months.contains(words[day + 1]) && words[day + 3].contains(":")
  }

  private static let weekdays: Set<Substring> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let months: Set<Substring> = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
