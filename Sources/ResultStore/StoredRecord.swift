import Foundation
import GRDB

/// A record as it is stored: JSON with its keys in order, so that equal records are equal bytes.
func storedJSON(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .iso8601
  encoder.outputFormatting = [.sortedKeys]
  return try encoder.encode(value)
}

/// Reads what ``storedJSON(_:)`` wrote.
func storedRecord<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .iso8601
  return try decoder.decode(type, from: data)
}

extension Database {
  /// The records that a query gives in its first column.
  func records<Value: Decodable>(
    _ type: Value.Type, _ sql: String, _ arguments: StatementArguments = []
  ) throws -> [Value] {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try Data.fetchAll(self, sql: sql, arguments: arguments).map { try decoder.decode(type, from: $0) }
  }
}

/// The condition that a column begins with a text, which is given twice: by its index, unlike LIKE, whose % and _ would
/// have to be escaped, too.
func begins(_ column: String) -> String { "\(column) >= ? AND \(column) < ? || char(0x10FFFF)" }
