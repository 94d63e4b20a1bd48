import Foundation

/// The folder of recorded output, `Tests/Snapshots`.
private let snapshotFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "Snapshots")

/// Compares output with its record in `Tests/Snapshots`, or re-records it where the environment has
/// `ZLAB_RECORD_SNAPSHOTS`.
///
/// - Parameter name: the record's path in `Tests/Snapshots`, for instance `help/zlab-run.txt`.
/// - Returns: nil when both are the same. Otherwise, and after each record that was changed, a text for the test to fail
///   with, so that a test never passes on what it has just recorded.
package func snapshotDifference(_ text: String, _ name: String) throws -> String? {
  let file = snapshotFolder.appending(path: name)
  let recorded = try? String(contentsOf: file, encoding: .utf8)
  guard recorded != text else { return nil }
  guard ProcessInfo.processInfo.environment["ZLAB_RECORD_SNAPSHOTS"] == nil else {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return "recorded Tests/Snapshots/\(name): read the change, commit it, and run the test again without the variable"
  }
  guard let recorded else { return "Tests/Snapshots/\(name) is missing; `make snapshots` records it" }
  let (old, new) = (lines(recorded), lines(text))
  let index = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
  return """
    output differs from Tests/Snapshots/\(name) in line \(index + 1); `make snapshots` records a change made on purpose
    - \(index < old.count ? old[index] : "(end)")
    + \(index < new.count ? new[index] : "(end)")
    """
}

/// Records in a folder of `Tests/Snapshots` that no output was compared with.
///
/// - Parameters:
///   - folder: for instance `help`.
///   - names: paths in `Tests/Snapshots` that are in use.
package func staleSnapshots(in folder: String, except names: [String]) -> [String] {
  let found = (try? FileManager.default.contentsOfDirectory(atPath: snapshotFolder.appending(path: folder).path)) ?? []
  return found.map { "\(folder)/\($0)" }.filter { !names.contains($0) }.sorted()
}

private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
