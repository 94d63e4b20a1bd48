package import FoundationEssentials

/// One entry of a list of known issues.
package struct KnownIssueRecord: Codable, Sendable, Hashable {
  /// 8 to 16 hex digits: the signature, or how it begins.
  package var signature: String
  package var reason: String
  package var link: String?
  /// The first moment at which it does not hold any more; nil when it holds for ever.
  package var until: Date?
  /// The line of kernels that it holds for; nil for all.
  package var line: String?

  package init(signature: String, reason: String, link: String?, until: Date?, line: String?) {
    self.signature = signature
    self.reason = reason
    self.link = link
    self.until = until
    self.line = line
  }

  /// True if it is about this signature there, expired or not.
  package func isAbout(_ signature: String, line: String) -> Bool {
    signature.hasPrefix(self.signature) && (self.line == nil || self.line == line)
  }

  /// True if it holds no more.
  package func isExpired(at date: Date) -> Bool { until.map { date >= $0 } ?? false }
}
