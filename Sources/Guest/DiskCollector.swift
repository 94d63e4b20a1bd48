package import Model

/// Whatever can take files from the disk of a guest that is gone: libguestfs, or a fake in tests.
package protocol DiskCollector: Sendable {
  /// Copies the files that are meant into a folder, which is made.
  ///
  /// - Parameters:
  ///   - overlay: the qcow2 file that took what the guest wrote; nothing is written to it.
  ///   - folder: on the host.
  ///   - place: the folder's path as the result is to tell it.
  /// - Throws: `LabError` when the disk cannot be read at all, `CancellationError`.
  func collect(
    _ patterns: [PathPattern], from overlay: String, into folder: String, as place: String
  ) async throws -> [CollectedFile]
}

/// Limit of data taken from one disk.
package struct CollectionLimits: Sendable, Hashable {
  package var files = 500
  /// Of all files together, in bytes.
  package var bytes = 256 << 20
  /// For starting what reads the disk, and for reading.
  package var time: Duration = .seconds(240)

  package init() {}
}
