package import Foundation

/// One commit, as far as a search and its report need it.
package struct Commit: Codable, Sendable, Hashable {
  /// 40 or 64 hex digits.
  package var id: String
  /// The id of its tree: equal for equal content.
  package var tree: String
  /// Ids, the first parent first.
  package var parents: [String]
  /// `Name <address>`, as the commit has it.
  package var author: String
  package var date: Date
  /// The first line of its message, at most 200 characters.
  package var subject: String

  package init(id: String, tree: String, parents: [String], author: String, date: Date, subject: String) {
    self.id = id
    self.tree = tree
    self.parents = parents
    self.author = author
    self.date = date
    self.subject = subject
  }

  /// As many digits as people write.
  package var shortID: String { String(id.prefix(12)) }
}

/// Commits between good and bad.
package struct CommitRange: Codable, Sendable, Hashable {
  /// Reachable from the bad commit and from no good one: one of them is the culprit. Parents come before children, and
  /// the bad commit is the last.
  package var candidates: [Commit]
  /// Parents of candidates that are none themselves. Those that are not good commits by name are taken for good.
  package var boundary: [Commit]

  package init(candidates: [Commit], boundary: [Commit]) {
    self.candidates = candidates
    self.boundary = boundary
  }
}
