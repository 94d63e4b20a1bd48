import Foundation
import GRDB
package import Model

extension ResultStore {
  /// Seconds that a trial of this scenario took on average, in its newest runs on any kernel; nil when it had none.
  /// - Throws: `LabError`.
  package func secondsPerTrial(of scenario: String) throws(LabError) -> Double? {
    try read("look for the runs of \(scenario)") { database in
      let sum = try Row.fetchOne(
        database,
        sql: """
          SELECT SUM(seconds), SUM(passes + fails + misses) FROM
            (SELECT seconds, passes, fails, misses FROM run WHERE scenario = ? ORDER BY started DESC LIMIT 20)
          """, arguments: [scenario])
      guard let sum, let seconds: Double = sum[0], let trials: Int = sum[1], trials > 0 else { return nil }
      return seconds / Double(trials)
    }
  }

  /// Comparison key of a plan's cell when it was run last; nil when it never was.
  /// - Parameter kernel: as the plan calls it.
  /// - Throws: `LabError`.
  package func lastKey(
    kernel: String, config: String, scenario: String, variant: String
  ) throws(LabError) -> CellKey? {
    try read("look for the last night of \(scenario)") { database in
      try intactRecords(
        CellRecord.self, of: "cell", database,
        """
        SELECT cell.record, position || ' of night ' || night FROM cell JOIN night ON night.id = cell.night
        WHERE cell.scenario = ? AND variant = ? AND config = ? AND kernel = ? AND imported = 0
        ORDER BY started DESC LIMIT 1
        """, [scenario, variant, config, kernel]
      ).first?.key
    }
  }
}
