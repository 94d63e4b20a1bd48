import Foundation
import ResultStore

/// The lines of an export, without their ends.
func exported(_ store: ResultStore) throws -> [String] {
  var lines: [String] = []
  try store.export { lines.append(String(decoding: $0.dropLast(), as: UTF8.self)) }
  return lines
}

func takeIn(_ lines: [String], _ store: ResultStore) throws -> ImportCount {
  var rest = lines[...]
  return try store.takeIn(named: "file") { rest.popFirst().map { Data($0.utf8) } }
}
