import Foundation
import GRDB
import Model

/// Gives a damaged database another name, with what SQLite keeps beside it, and says so.
///
/// Another process may do the same at this moment: then whoever opens the file that has the name now looks at it.
func quarantine(_ path: String, _ error: DatabaseError, now: Date = Date()) -> LabError {
  let stamp = now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
  let base = String(path.dropLast(path.hasSuffix(".sqlite") ? ".sqlite".count : 0)) + ".damaged-\(stamp)"
  var (place, count) = (base + ".sqlite", 1)
  while access(place, F_OK) == 0 {
    count += 1
    place = "\(base)-\(count).sqlite"
  }
  let problem = "the results in \(path) are damaged: \(error.message ?? error.resultCode.description)"
  guard rename(path, place) == 0 else {
    return LabError(
      "\(problem), and they cannot be set aside as \(place): \(String(cString: strerror(errno)))",
      advice: "Move the file aside by hand.")
  }
  for part in ["-wal", "-shm"] { _ = rename(path + part, place + part) }
  unlink(path + ".made")
  return LabError(
    "\(problem); they are set aside as \(place)",
    advice: "The next command begins with none. `sqlite3 \(place) .recover` shows what can still be read.")
}

/// Gives the write-ahead log of a database that is gone another name; the next database would take it for its own.
/// - Returns: the name; nil when there is none.
func setAsideLog(_ path: String, now: Date = Date()) -> String? {
  unlink(path + "-shm")
  let place = "\(path)-wal.\(Int(now.timeIntervalSince1970))"
  return rename(path + "-wal", place) == 0 ? place : nil
}
