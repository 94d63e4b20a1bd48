import Foundation
import Model
import Reports
import ResultStore

extension Pages {
  private static let mostGroups = 100
  private static let mostColumns = 30
  private static let mostRows = 40

  /// Signatures of collected logs with heat maps by host and kernel, or those that a search finds.
  func field(_ query: [String: String]) throws -> Reply {
    var filter = SignatureFilter()
    let text = query["q"].map { String($0.prefix(200)) } ?? ""
    if text.isEmpty { filter.inField = true } else { filter.text = text }
    filter.kernel = query["kernel"]
    filter.host = query["host"]
    let (groups, total) = try store.signatureGroups(filter, limit: Self.mostGroups)
    if query["format"] == "json" { return try json(GroupDocument(count: total, signatures: groups)) }
    let columns = groups.filter { $0.field > 0 }.sorted { $0.field > $1.field }.prefix(Self.mostColumns).map(
      \.signature)
    let titles = Dictionary(groups.map { ($0.signature, $0.title) }) { first, _ in first }
    func map(_ axis: ResultStore.FieldAxis) throws -> String? {
      let cells = try store.fieldMatrix(axis, groups: columns, limit: Self.mostRows)
      return cells.isEmpty ? nil : FieldMap(cells, axis, columns: columns, titles: titles).drawing
    }
    var values: Values = [
      "title": text.isEmpty ? "Field" : "Search: \(text)", "query": text, "rows": groups.map(groupRow),
      "count": count(total, "signature"),
    ]
    if total > groups.count { values["more"] = total - groups.count }
    values["hosts"] = try map(.host)
    values["kernels"] = try map(.kernel)
    values["columns"] = columns.map { ["signature": $0, "title": titles[$0] ?? $0] as Values }
    return render("field", values)
  }

  private func groupRow(_ group: SignatureGroup) -> Values {
    var row: Values = [
      "signature": group.signature, "title": group.title, "kind": group.kind, "field": group.field,
      "hosts": group.hosts, "lab": group.lab, "last": dayText(group.lastSeen),
    ]
    if !group.weeks.isEmpty { row["spark"] = sparkBars(group.weeks) }
    return row
  }

  /// Signatures and sightings of one machine.
  func host(_ name: String, _ query: [String: String]) throws -> Reply {
    let groups = try store.fieldSignatures(ofHost: name, limit: 200)
    guard !groups.isEmpty else { return missing("Host '\(clipped(name, 80))' not found.") }
    let sightings = try store.fieldSightings(host: name, limit: 100)
    if query["format"] == "json" { return try json(HostDocument(host: name, signatures: groups, sightings: sightings)) }
    return render(
      "host",
      [
        "title": "Host \(name)",
        "rows": groups.map { place in
          [
            "title": place.name, "signature": place.signature, "count": place.sightings,
            "first": dayText(place.firstSeen), "last": dayText(place.lastSeen),
          ] as Values
        }, "sightings": sightings.map(fieldRow),
      ])
  }

  func fieldRow(_ sighting: FieldSightingRecord) -> Values {
    var row: Values = [
      "seen": minuteText(sighting.seen), "title": sighting.title, "signature": sighting.signature,
      "kernel": sighting.kernel, "origin": sighting.origin, "id": sighting.id,
    ]
    if !sighting.host.isEmpty { (row["host"], row["hostWord"]) = (sighting.host, pathWord(sighting.host)) }
    return row
  }

  /// The excerpt of a sighting as text.
  func excerpt(_ id: String) throws -> Reply {
    guard let number = Int64(id), let text = try store.excerpt(ofSighting: number) else {
      return missing("Sighting not found.")
    }
    return Reply(status: 200, type: "text/plain; charset=utf-8", body: text)
  }

  func json(_ value: some Encodable) throws -> Reply {
    Reply(status: 200, type: "application/json", body: try jsonText(value))
  }
}

/// `/field?format=json` and `/signatures?format=json`, the value of `zlab signature list --format json`.
struct GroupDocument: Encodable {
  let schema = "zlab.signatures/1"
  let count: Int
  let signatures: [SignatureGroup]
}

private struct HostDocument: Encodable {
  let schema = "zlab.host/1"
  let host: String
  let signatures: [FieldPlace]
  let sightings: [FieldSightingRecord]
}

/// Counts by week as bars, the oldest on the left.
private func sparkBars(_ weeks: [Int]) -> String {
  let most = max(1, weeks.max() ?? 1)
  let bars = weeks.enumerated().map { index, value in
    let height = value == 0 ? 1 : max(2, 20 * value / most)
    return "<rect class=\"\(value == 0 ? "rail" : "value")\" x=\"\(index * 5)\" y=\"\(20 - height)\" width=\"4\" "
      + "height=\"\(height)\"/>"
  }.joined()
  let words = "sightings by week: " + weeks.map(String.init).joined(separator: ", ")
  return
    "<svg class=\"rate\" width=\"\(weeks.count * 5)\" height=\"20\" role=\"img\" aria-label=\"\(words)\"><title>\(words)</title>\(bars)</svg>"
}
