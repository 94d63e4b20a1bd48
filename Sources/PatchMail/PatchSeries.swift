/// The patches of one posting, in the order in which they apply.
package struct PatchSeries: Codable, Sendable, Hashable {
  /// The input as the user calls it: a file's name, or `stdin`.
  package var name: String
  /// The posting's version: 4 for `[PATCH v4 1/2]`, 1 when no subject says.
  package var version: Int
  /// Number of patches according to the subjects; nil when none is numbered.
  package var total: Int?
  /// In the order of their numbers, or of the input when they have none; at least one.
  package var patches: [MailedPatch]
  /// Numbers that the subjects promise and the input lacks, ascending; at most 1000 are named.
  package var missing: [Int]
  /// Skipped parts of the input, with reasons; one clause each.
  package var notes: [String]

  /// The worst confidence of its patches.
  package var confidence: PatchConfidence { patches.map(\.confidence).max() ?? .exact }

  /// True if any patch has to be applied with white space ignored.
  package var needsWhitespaceIgnored: Bool { patches.contains(where: \.needsWhitespaceIgnored) }

  /// All patches as one mailbox for `zlab patch show`.
  package var text: String { patches.map(\.text).joined(separator: "\n") }
}
