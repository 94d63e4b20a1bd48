import FoundationEssentials
package import Model

/// Reads a list of known issues without a YAML library: what `known-issues:` of a plan may say, on plain lines.
///
/// `zlab-dmesg` is small because it has no YAML library. What this reader refuses can be right YAML; what it takes is
/// taken alike by ``readKnownIssues(_:file:)`` of `Nightly`, which a test checks.
package func readFlatIssues(_ text: String, file: String) throws(RequestError) -> [KnownIssueRecord] {
  var entries: [FlatEntry] = []
  for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    let place = "\(file):\(index + 1)"
    let line = raw.last == "\r" ? raw.dropLast() : raw
    let blanks = line.prefix { $0 == " " }.count
    var body = line.dropFirst(blanks)
    if body.isEmpty || body.first == "#" || line == "---" || line == "[]" { continue }
    if body.hasPrefix("- ") {
      body = body.dropFirst(2).drop { $0 == " " }
      entries.append(FlatEntry(place: place))
    }
    guard !entries.isEmpty else { throw RequestError("\(place): must begin with `- signature: ...`") }
    try entries[entries.count - 1].read(body, place)
  }
  var issues: [KnownIssueRecord] = []
  for entry in entries { issues.append(try entry.issue()) }
  return issues
}

private struct FlatEntry {
  let place: String
  private var values: [String: String] = [:]
  private static let keys: Set<String> = ["signature", "reason", "link", "until", "line"]

  init(place: String) { self.place = place }

  mutating func read(_ text: Substring, _ place: String) throws(RequestError) {
    guard let colon = text.firstIndex(of: ":") else { throw RequestError("\(place): must be `key: value`") }
    let key = String(text[..<colon])
    guard Self.keys.contains(key) else {
      throw RequestError(
        "\(place): unknown key '\(key)'", advice: "Known here: \(Self.keys.sorted().joined(separator: ", ")).")
    }
    guard values[key] == nil else { throw RequestError("\(place): '\(key)' is there twice") }
    guard let value = Self.scalar(text[text.index(after: colon)...]) else {
      throw RequestError(
        "\(place): the value must stand on this line, plain or in quotes", advice: "zlab itself reads any YAML here.")
    }
    values[key] = value
  }

  private static func scalar(_ text: Substring) -> String? {
    guard text.first == " " else { return nil }
    var value = text.drop { $0 == " " }
    while value.last == " " { value = value.dropLast() }
    guard let first = value.first else { return nil }
    if first == "\"" || first == "'" {
      guard let end = value.dropFirst().firstIndex(of: first) else { return nil }
      let rest = value[value.index(after: end)...].drop { $0 == " " }
      let content = value[value.index(after: value.startIndex)..<end]
      return (rest.isEmpty || rest.first == "#") && !content.contains("\\") ? String(content) : nil
    }
    guard !"[]{}&*!|>%@`,?".contains(first) else { return nil }
    if let comment = value.firstRange(of: " #") { value = value[..<comment.lowerBound] }
    while value.last == " " { value = value.dropLast() }
    return value.contains(": ") || value.last == ":" ? nil : String(value)
  }

  func issue() throws(RequestError) -> KnownIssueRecord {
    guard let signature = values["signature"], (8...16).contains(signature.utf8.count),
      signature.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { throw RequestError("\(place): signature must be 8 to 16 hex digits, of which none is a capital") }
    guard let reason = values["reason"], !reason.isEmpty, reason.utf8.count <= 500 else {
      throw RequestError("\(place): reason must be a line of at most 500 characters")
    }
    var until: Date?
    if let day = values["until"] {
      guard let date = try? Date(day, strategy: .iso8601.year().month().day()) else {
        throw RequestError("\(place): until must be a day such as 2027-01-31")
      }
      until = date + 86_400
    }
    return KnownIssueRecord(
      signature: signature, reason: reason, link: values["link"], until: until, line: values["line"])
  }
}

extension Substring {
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    guard let first = text.first else { return nil }
    var start = startIndex
    while let hit = self[start...].firstIndex(of: first) {
      if self[hit...].hasPrefix(text) { return hit..<index(hit, offsetBy: text.count) }
      start = index(after: hit)
    }
    return nil
  }
}
