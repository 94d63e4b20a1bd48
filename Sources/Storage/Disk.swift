package import Foundation
package import Model

/// Makes a folder and those above it, unless they are there.
/// - Parameter advice: what to do when the disk refuses.
/// - Throws: ``LabError`` when the disk refuses.
package func makeFolder(_ folder: URL, advice: String? = nil) throws(LabError) {
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  } catch {
    throw LabError("cannot create \(folder.path): \(reason(error))", advice: advice)
  }
}

/// Runs `body` and turns what the disk refuses it into a ``LabError``.
/// - Parameter attempt: what a person would say is being done, after `cannot`.
/// - Throws: the project's errors and `CancellationError` as they are, anything else as ``LabError``.
package func reportingDisk<Result>(_ attempt: String, _ body: () async throws -> Result) async throws -> Result {
  do {
    return try await body()
  } catch let error where error is LabError || error is RequestError || error is CancellationError {
    throw error
  } catch {
    throw LabError(
      "cannot \(attempt): \(reason(error))", advice: "ZLAB_HOME moves what zlab keeps to another folder or disk.")
  }
}
