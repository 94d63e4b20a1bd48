package import Folders
import Foundation
import GRDB
package import Records

/// Every run and trial ever made, in SQLite, shared by all zlab processes of a user.
package struct ResultStore: Sendable {
  let database: DatabasePool
  /// Where the database lies.
  package let path: String

  /// Opens the database under the state folder, making it when there is none.
  ///
  /// A file that is damaged is set aside under another name, and never written to.
  /// - Throws: `LabError` when the file was damaged, is newer than this zlab, or the disk refuses.
  package init(_ folders: Folders) throws(LabError) {
    path = folders.state.appending(path: "results.sqlite").path
    do {
      try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      configuration.foreignKeysEnabled = true
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
      database = try DatabasePool(path: path, configuration: configuration)
      let newer = try database.read { try schema.hasBeenSuperseded($0) }
      guard !newer else {
        throw LabError("\(path) was written by a newer zlab", advice: "Use that one, or move the file aside.")
      }
      try schema.migrate(database)
    } catch let error as LabError {
      throw error
    } catch let error as DatabaseError where error.isDamage {
      throw setAside(path, error)
    } catch {
      throw trouble(error, "open the results in \(path)")
    }
  }

  func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(LabError) -> Value {
    do { return try database.write(body) } catch { throw trouble(error, "\(what) in \(path)") }
  }

  func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(LabError) -> Value {
    do { return try database.read(body) } catch { throw trouble(error, "\(what) in \(path)") }
  }
}

extension DatabaseError {
  /// Whether the file itself is at fault.
  var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}

/// An error of the database in words.
func trouble(_ error: any Error, _ attempt: String) -> LabError {
  if let error = error as? LabError { return error }
  if error is DecodingError {
    return LabError("cannot \(attempt): a record there is damaged, or of another version of zlab: \(error)")
  }
  guard let error = error as? DatabaseError else { return LabError("cannot \(attempt): \(reason(error))") }
  let advice: String? =
    switch error.resultCode {
    case .SQLITE_FULL: "Make room on that disk."
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: "`zlab db check` looks at all of it, and sets aside what is damaged."
    case .SQLITE_BUSY: "Another zlab holds it; try again."
    default: nil
    }
  return LabError("cannot \(attempt): \(error.message ?? error.resultCode.description)", advice: advice)
}
