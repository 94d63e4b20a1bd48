import Foundation
import GRDB
package import Records

extension ResultStore {
  /// What a plan's cell was compared by when it was run last; nil when it never was.
  /// - Parameter kernel: as the plan calls it.
  /// - Throws: `LabError`.
  package func lastKey(
    kernel: String, config: String, scenario: String, variant: String
  ) throws(LabError) -> CellKey? {
    try read("look for the last night of \(scenario)") { database in
      try database.records(
        CellRecord.self,
        """
        SELECT cell.record FROM cell JOIN night ON night.id = cell.night
        WHERE cell.scenario = ? AND variant = ? AND config = ? AND kernel = ? AND imported = 0
        ORDER BY started DESC LIMIT 1
        """, [scenario, variant, config, kernel]
      ).first?.key
    }
  }
}
