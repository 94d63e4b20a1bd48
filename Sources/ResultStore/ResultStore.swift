import Foundation
import GRDB
package import Model
package import Storage

/// Every run and trial ever made, in SQLite, shared by all zlab processes of a user.
package struct ResultStore: Sendable {
  let database: DatabasePool
  /// Path of the database.
  package let path: String
  let folders: Locations
  let damage = DamageLog()

  /// Opens the database under the state folder, making it when there is none.
  ///
  /// A file that is damaged, or was cut to nothing, is set aside under another name, and never written to.
  /// - Throws: `LabError` when the file was damaged, is newer than this zlab, or the disk refuses.
  package init(_ folders: Locations) throws(LabError) {
    self.folders = folders
    path = folders.state.appending(path: "results.sqlite").path
    let marker = StoreMarker(path, folders)
    do {
      try FileManager.default.createDirectory(at: folders.state, withIntermediateDirectories: true)
      if let size = marker.size, size > StoreMarker.emptySize {
        database = try Self.open(path)
      } else {
        // Two that begin at once must not take each other's new file for a damaged one.
        let making = try FileLock.blocking(path + ".lock")
        try Self.checkEmptiness(path, marker)
        database = try Self.open(path)
        _ = consume making
      }
      marker.put()
    } catch let error as LabError {
      throw error
    } catch let error as DatabaseError where error.isDamage {
      throw quarantine(path, error)
    } catch {
      throw trouble(error, "open the results in \(path)", at: path)
    }
  }

  private static func open(_ path: String) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = true
    // Pages of a database with a million sightings ask for more of it than SQLite's 2 MiB, again and again.
    configuration.prepareDatabase {
      try $0.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -\(32 * 1024)")
    }
    let database = try DatabasePool(path: path, configuration: configuration)
    let newer = try database.read { try schema.hasBeenSuperseded($0) }
    guard !newer else {
      throw LabError("\(path) was written by a newer zlab", advice: "Use that one, or move the file aside.")
    }
    try schema.migrate(database)
    return database
  }

  /// Looks at a file that is empty or not there: it may have held results.
  private static func checkEmptiness(_ path: String, _ marker: StoreMarker) throws(LabError) {
    switch marker.size {
    case (0...StoreMarker.emptySize)? where marker.hadResults:
      throw quarantine(
        path, DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the file is empty and has held results"))
    case nil where marker.isThere:
      let kept = setAsideLog(path)
      Notice.send(
        "\(path) is gone, and it has held results; a new database begins. Put a copy in its place, or take in an "
          + "export with `zlab db import`" + (kept.map { "; what was left beside it is now \($0)" } ?? ""))
    default: break
    }
  }

  func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(LabError) -> Value {
    do { return try database.write(body) } catch { throw trouble(error, "\(what) in \(path)", at: path) }
  }

  func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(LabError) -> Value {
    do { return try database.read(body) } catch { throw trouble(error, "\(what) in \(path)") }
  }
}

extension DatabaseError {
  /// True if the file itself is at fault.
  var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}

/// An error of the database in words.
/// - Parameter place: of the database: SQLite does not say what the disk refused, so it is asked.
func trouble(_ error: any Error, _ attempt: String, at place: String? = nil) -> LabError {
  if let error = error as? LabError { return error }
  if error is DecodingError {
    return LabError("cannot \(attempt): a record there is damaged, or of another version of zlab: \(error)")
  }
  guard let error = error as? DatabaseError else { return LabError("cannot \(attempt): \(reason(error))") }
  let advice: String? =
    switch error.resultCode {
    case .SQLITE_FULL: "Free space on that disk."
    case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY: place.flatMap(diskRefusal)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: "`zlab db check` looks at all of it, and sets aside what is damaged."
    case .SQLITE_BUSY: "Another zlab holds it; try again."
    default: nil
    }
  return LabError("cannot \(attempt): \(error.message ?? error.resultCode.description)", advice: advice)
}

/// Reason why the disk takes no more beside a file, with advice: a quota, for instance, which SQLite calls an I/O error.
private func diskRefusal(_ path: String) -> String? {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
  let probe = folder.appending(path: ".probe-\(getpid())").path
  let descriptor = open(probe, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { return advice(errno, folder.path) }
  defer {
    close(descriptor)
    unlink(probe)
  }
  let bytes = [UInt8](repeating: 1, count: 1 << 18)
  guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
    return advice(errno, folder.path)
  }
  return nil
}

private func advice(_ code: Int32, _ folder: String) -> String {
  let todo =
    switch code {
    case EDQUOT: "Make room, or ask for a larger quota; quota(1) shows it."
    case ENOSPC: "Free space on that disk."
    case EFBIG: "Raise the limit of file sizes (`ulimit -f`)."
    default: "ZLAB_HOME moves what zlab keeps to another folder or disk."
    }
  return "Writing to \(folder) fails: \(String(cString: strerror(code))). \(todo)"
}
