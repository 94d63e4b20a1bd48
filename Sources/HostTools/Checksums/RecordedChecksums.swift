package import Foundation
import Model

// In the format of sha256sum(1), so that `sha256sum --check sha256` in the folder does the same.
private let recordName = "sha256"

/// Records the SHA-256 of files of a folder in its file `sha256`, for ``damagedFiles(in:)``.
/// - Throws: ``LabError`` when one cannot be read, what Foundation throws when the disk refuses.
package func recordChecksums(of names: [String], in folder: URL) async throws {
  let sums = try await sha256(ofFiles: names.map { folder.appending(path: $0) })
  let lines = zip(sums, names).map { "\($0)  \($1)\n" }
  try Data(lines.joined().utf8).write(to: folder.appending(path: recordName), options: .atomic)
}

/// The files of a folder whose bytes are no longer those that were recorded, sorted; files that are gone are among them.
///
/// A folder without a record was filled by an earlier version: nil.
/// - Throws: ``LabError`` when a file cannot be read.
package func damagedFiles(in folder: URL) async throws -> [String]? {
  guard let text = try? String(contentsOf: folder.appending(path: recordName), encoding: .utf8) else { return nil }
  let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }.filter { $0.count == 2 }
  let recorded = lines.map { (name: $0[1].drop { $0 == " " }, sum: $0[0]) }
  var damaged: [String] = []
  for (name, sum) in recorded where name.first != "." && !name.contains("/") {
    let file = folder.appending(path: String(name))
    let isThere = FileManager.default.fileExists(atPath: file.path)
    guard isThere, try await sha256(ofFile: file) == sum else {
      damaged.append(String(name))
      continue
    }
  }
  // A record without a line is as good as a changed file.
  return recorded.isEmpty ? [recordName] : damaged.sorted()
}
