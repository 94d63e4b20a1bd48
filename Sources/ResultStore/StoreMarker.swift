import Foundation
import Model
import Storage

/// A file beside the database that says that there is one: a file that was cut to nothing is, to SQLite, a new database.
struct StoreMarker {
  /// Bytes up to which SQLite takes a file for a new database (os_unix.c, unixFileSize()).
  static let emptySize = 1

  private let database: String
  private let folders: Locations

  init(_ database: String, _ folders: Locations) { (self.database, self.folders) = (database, folders) }

  private var path: String { database + ".made" }

  var isThere: Bool { access(path, F_OK) == 0 }

  /// Puts down that there is a database.
  func put() {
    guard !isThere else { return }
    let text = "\(database) was made before \(Date().formatted(.iso8601)); without it, results are missing.\n"
    try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// The database was given another name.
  func remove() { unlink(path) }

  /// Bytes of the database; nil when there is no such file.
  var size: Int? {
    var status = stat()
    return stat(database, &status) == 0 ? Int(status.st_size) : nil
  }

  /// There were results: a run's folder is made only after its database.
  var hadResults: Bool {
    if isThere { return true }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folders.runs.path)) ?? []
    return names.contains { !$0.hasPrefix(".") }
  }
}
