import Foundation
package import Model
import StrictYAML

/// Reads a list of known issues.
/// - Throws: ``RequestError`` with the line and column of what is wrong.
package func readKnownIssues(_ text: String, file: String) throws(RequestError) -> [KnownIssueRecord] {
  // A list of none is a file with comments only.
  let hasWords = text.split(separator: "\n").contains { line in
    !line.drop { $0 == " " }.isEmpty && line.drop { $0 == " " }.first != "#"
  }
  guard hasWords else { return [] }
  var issues: [KnownIssueRecord] = []
  for item in try YAMLValue(parsing: text, file: file).list() {
    let entries = try item.mapping(knowing: ["signature", "reason", "link", "until", "line"])
    let signature = try item.required("signature", entries).string { text in
      text.wholeMatch(of: /[0-9a-f]{8,16}/) != nil ? nil : "8 to 16 hex digits, of which none is a capital"
    }
    let reason = try item.required("reason", entries).string { text in
      text.isEmpty || text.utf8.count > 500 || text.contains("\n") ? "a line of at most 500 characters" : nil
    }
    var until: Date?
    if let value = entries["until"] {
      let day = try? Date(try value.string(), strategy: .iso8601.year().month().day())
      guard let day else { throw value.wrong("must be a day such as 2027-01-31") }
      until = day + 86_400
    }
    issues.append(
      KnownIssueRecord(
        signature: signature, reason: reason, link: try entries["link"]?.string(), until: until,
        line: try entries["line"]?.string()))
  }
  return issues
}
