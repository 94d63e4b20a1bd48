import BisectSearch
import KernelSource
import Model

extension BisectFolder {
  /// Skips commits, as if they could not be tested; the search goes on with others.
  /// - Parameters:
  ///   - ids: full object names.
  ///   - reason: recorded in the journal.
  /// - Throws: ``RequestError`` for an end of the range, for a commit outside of it, and while another process carries
  ///   the bisection on; ``LabError`` when the disk refuses.
  package func skip(_ ids: [String], reason: String) async throws {
    let plan = try plan()
    for id in ids where id == plan.bad || plan.good.contains(id) {
      throw RequestError("cannot skip \(id.prefix(12)): it is an end of the bisection '\(name)'")
    }
    try await add(
      ids.map { ($0, .untestable(commit: $0, skipReason: .skipped, reason: reason, seconds: 0)) })
  }

  /// Records a verdict of the user about a commit.
  /// - Parameters:
  ///   - weight: number of trials that it counts as, 1 to 1000.
  ///   - reason: recorded in the journal; may be empty.
  /// - Throws: as ``skip(_:reason:)``, but for the ends, which can be judged.
  package func judge(_ id: String, isBad: Bool, weight: Int, reason: String) async throws {
    guard (1...1000).contains(weight) else { throw RequestError("the weight must be 1 to 1000, not \(weight)") }
    try await add([(id, .judged(commit: id, isBad: isBad, weight: weight, reason: reason))])
  }

  private func add(_ entries: [(commit: String, entry: JournalEntry)]) async throws {
    let range = try range()
    let known = Set((range.candidates + range.boundary).map(\.id))
    for entry in entries where !known.contains(entry.commit) {
      throw RequestError(
        "\(entry.commit.prefix(12)) is not a commit of the bisection '\(name)'",
        advice: "`zlab bisect status` shows its range.")
    }
    let lock = try await lock()
    var journal = try journal()
    for entry in entries { try journal.add(entry.entry) }
    _ = consume lock
  }
}
