package import Foundation
import Model

/// Makes a folder appear whole or not at all.
///
/// `fill` writes into a sibling with a temporary name, which is then renamed. When someone else has
/// published the same destination meanwhile, theirs stays and ours is dropped: names are content hashes.
/// - Throws: what `fill` throws, or ``LabError`` when the disk refuses.
package func createDirectoryAtomically(
  _ destination: URL, fill: (URL) async throws -> Void
) async throws {
  let parent = destination.deletingLastPathComponent()
  let files = FileManager.default
  let draft = parent.appending(path: ".draft-\(destination.lastPathComponent)-\(UUID().uuidString.prefix(8))")
  try makeFolder(draft)
  do {
    try await fill(draft)
    guard rename(draft.path, destination.path) != 0 else { return }
    let code = errno
    guard code == EEXIST || code == ENOTEMPTY else {
      throw LabError("cannot rename \(draft.path) to \(destination.path): \(String(cString: strerror(code)))")
    }
    try? files.removeItem(at: draft)
  } catch {
    try? files.removeItem(at: draft)
    throw error
  }
}

/// Removes what a killed process left of ``publish(_:fill:)`` under `parent`, when older than `age`.
package func sweepDrafts(under parent: URL, olderThan age: TimeInterval = 24 * 3600) {
  let files = FileManager.default
  for name in (try? files.contentsOfDirectory(atPath: parent.path)) ?? [] where name.hasPrefix(".draft-") {
    let draft = parent.appending(path: name)
    let changed = (try? files.attributesOfItem(atPath: draft.path))?[.modificationDate] as? Date
    if let changed, -changed.timeIntervalSinceNow > age { try? files.removeItem(at: draft) }
  }
}

/// The system's words for a Foundation file error, without its wrapping.
package func reason(_ error: any Error) -> String {
  let error = error as NSError
  if let under = error.userInfo[NSUnderlyingErrorKey] as? NSError, under.domain == NSPOSIXErrorDomain {
    return String(cString: strerror(Int32(under.code)))
  }
  return error.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(error.code))) : error.localizedDescription
}
