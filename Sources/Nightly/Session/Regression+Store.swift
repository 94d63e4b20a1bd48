package import Model
package import ResultStore

/// Regressions of a night, against the nights before it.
/// - Throws: `LabError` when the results cannot be read.
package func nightNews(_ night: NightRecord, store: ResultStore) throws(LabError) -> [Regression] {
  NightComparison().news(try nightHistories(night, store: store))
}

/// The cells of a night with what they are compared with.
/// - Throws: `LabError` when the results cannot be read.
package func nightHistories(_ night: NightRecord, store: ResultStore) throws(LabError) -> [CellHistory] {
  let tallies = try store.tallies(ofNight: night.id)
  var known: [String: Set<String>] = [:]
  var histories: [CellHistory] = []
  for cell in try store.cells(of: night.id) {
    guard let tally = tallies[cell.position] else { continue }
    let place = cell.key.scenario + "\n" + cell.key.line
    if known[place] == nil {
      known[place] = try store.knownSignatures(of: cell.key.scenario, line: cell.key.line, before: night.started)
    }
    histories.append(
      CellHistory(
        key: cell.key, tonight: tally,
        earlier: try store.tallies(of: cell.key, before: night.started, limit: 14), known: known[place] ?? []))
  }
  return histories
}
