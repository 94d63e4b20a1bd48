import GRDB
package import Model

extension ResultStore {
  /// The signatures that kernels of a series are known to show without any patch, whatever the scenario: those that were
  /// the first finding of a trial, or followed without a dead kernel.
  /// - Parameter line: as ``kernelLine(_:)`` gives it.
  /// - Throws: `LabError`.
  package func signaturesOfUnpatchedKernels(line: String) throws(LabError) -> Set<String> {
    try read("read which signatures are known without patches") { database in
      try String.fetchSet(
        database,
        sql: """
          SELECT DISTINCT sighting.signature FROM sighting JOIN run ON run.id = sighting.run
            JOIN build ON build.kernel = run.kernel
          WHERE build.line = ? AND sighting.named > 0
            AND CASE WHEN json_valid(CAST(build.record AS TEXT))
              THEN coalesce(json_array_length(CAST(build.record AS TEXT), '$.build.patches'), 0) = 0 END
          """, arguments: [line])
    }
  }
}
