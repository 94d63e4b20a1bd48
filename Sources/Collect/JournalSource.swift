import Foundation
import HostTools
import Model

/// The journal of this machine, read by its cursor.
package struct JournalSource: Sendable {
  /// Start of the first reading, as journalctl(1) takes it; nil for all.
  package var since: String?
  /// A folder of journal files; nil for the system's.
  package var folder: String?

  private static let most = 20_000

  package init() {}

  package var source: String { "journal:" + (folder ?? "") }

  /// Reads what has come since a position.
  /// - Returns: sightings and position, and whether there may be more at once.
  /// - Throws: `LabError` when journalctl(1) is missing or fails; `CancellationError`.
  package func read(from position: String?) async throws -> (result: SourceResult, isMore: Bool) {
    var words = ["-o", "json", "--no-pager", "--quiet"] + (folder.map { ["--directory", $0] } ?? [])
    if let position { words += ["--after-cursor", position] } else if let since { words += ["--since", since] }
    words.append("_TRANSPORT=kernel")
    // The pipe ends journalctl as soon as there is enough.
    let script = "{ journalctl \"$@\" || echo failed >&3; } | head -n \(Self.most) | head -c 67108864"
    var tool = HostTool("sh", ["-c", "exec 3>&2; " + script, "sh"] + words, to: "read the journal")
    tool.outputLimit = 80 << 20
    let output = try await tool.run()
    let lines = output.text.split(separator: "\n")
    let isMore = lines.count >= Self.most || output.output.count >= 64 << 20
    guard isMore || !output.stderr.contains("failed") else {
      throw LabError(
        "cannot read the journal: \(output.stderr.prefix(300))",
        advice: "Members of the group systemd-journal can read it.")
    }
    var context = LogContext(origin: source, time: Date())
    context.host = ""
    let batch = RecordBatch(lines.compactMap { RecordReading.journal($0) }, context)
    var result = SourceResult(source)
    result.bytes = output.output.count
    result.sightings = batch.sightings
    if let cursor = batch.cursor { result.position = SourcePosition(source: source, position: cursor) }
    return (result, isMore && batch.cursor != position)
  }
}
