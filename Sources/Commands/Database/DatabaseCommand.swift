import ArgumentParser
import Foundation
import Model
import Reports
import ResultStore

struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "db",
    abstract: "Check, compact, export and import the results database.",
    discussion: """
        zlab db check
        zlab db export results.jsonl
      """,
    subcommands: [
      DatabaseCheckCommand.self, DatabaseCompactCommand.self, DatabaseExportCommand.self, DatabaseImportCommand.self,
      DatabaseBenchCommand.self,
    ])
}

struct DatabaseCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check every row of the database; quarantine a damaged file.",
    discussion: """
      Exit status: 0 if the database is intact, 69 otherwise.

        zlab db check
        zlab db check --repair
      """)

  @Flag(
    help: """
      Rebuild rows that cannot be read from what is stored beside them, remove the others, and recompute the counts. \
      A copy of the database as it was is kept beside it.
      """)
  var repair = false

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let store = try ResultStore(userLocations)
    if repair {
      let repair = try store.repair()
      if let copy = repair.copy { printStatus("zlab: the database as it was is \(copy)") }
      for row in repair.removed { printStatus("zlab: removed: \(escapedForTerminal(row))") }
      if repair.rebuilt > 0 { printStatus("zlab: rebuilt \(count(repair.rebuilt, "row")) from other columns") }
    }
    let check = try store.check()
    switch output.format {
    case .json: try printResult(jsonText(check))
    case .text:
      let rows = check.rows.sorted { $0.key < $1.key }.map { [$0.key, String($0.value)] }
      try printResult("\(store.path), \(megabytes(check.size))\n" + table([["TABLE", "ROWS"]] + rows) + "\n")
      for defect in check.defects { try printResult(escapedForTerminal(defect) + "\n") }
      if check.damaged > 20 { try printResult("and \(check.damaged - 20) more rows cannot be read\n") }
      if !check.defects.isEmpty, !repair { printStatus("zlab: `zlab db check --repair` repairs what can be repaired") }
    }
    if !check.defects.isEmpty { throw ExitStatus.labCannot.exit }
  }
}

struct DatabaseCompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Return the space of deleted results to the file system.",
    discussion: "  zlab db compact")

  func run() throws {
    let size = try ResultStore(userLocations).compact()
    try printResult("\(megabytes(size.before)) before, \(megabytes(size.after)) after\n")
  }
}

struct DatabaseExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Export all results as JSON lines.",
    discussion: """
        zlab db export results.jsonl
        zlab db export | zstd > results.jsonl.zst
        zlab db export --redact for-the-list.jsonl
      """)

  @Argument(help: "Output file; '-' is stdout", completion: .file())
  var file = "-"

  @OptionGroup var redacting: RedactOption

  func run() throws {
    let store = try ResultStore(userLocations)
    var redaction = try redacting.redaction(store)
    func write(_ line: Data, to descriptor: Int32) throws {
      let text = redaction?.redact(String(decoding: line, as: UTF8.self), as: .json)
      try self.write(text.map { Data($0.utf8) } ?? line, to: descriptor)
    }
    guard file != "-" else { return try store.export { try write($0, to: STDOUT_FILENO) } }
    // Whole or not at all.
    let draft = file + ".draft"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RequestError("cannot write \(file): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    do {
      try store.export { try write($0, to: descriptor) }
      guard rename(draft, file) == 0 else {
        throw LabError("cannot rename \(draft) to \(file): \(String(cString: strerror(errno)))")
      }
    } catch {
      unlink(draft)
      throw error
    }
  }

  private func write(_ data: Data, to descriptor: Int32) throws {
    guard !writeAll(descriptor, Array(data)) else { return }
    throw LabError("cannot write the export: \(String(cString: strerror(errno)))")
  }
}

struct DatabaseImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Import the results of an export that are not in the database yet.",
    discussion: """
      Importing a file twice changes nothing. Nights of another machine are shown, but never compared with local nights.

        zlab db import results.jsonl
      """)

  @Argument(help: "Exported file; '-' is stdin", completion: .file())
  var file: String

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
    guard let handle else { throw RequestError("cannot read \(file): \(String(cString: strerror(errno)))") }
    let name = file == "-" ? "standard input" : file
    var lines = LineReader(handle, name: name)
    let count = try ResultStore(userLocations).takeIn(named: name) { try lines.next() }
    switch output.format {
    case .json: try printResult(jsonText(count))
    case .text:
      try printResult(
        "imported \(count.runs) runs, \(count.trials) trials, \(count.nights) nights, \(count.bisects) bisections, "
          + "\(count.verifies) patch tests and \(count.sightings) sightings of the field\n")
    }
    for conflict in count.conflicts {
      printStatus("zlab: skipped \(conflict): the database has a different one with this id")
    }
  }
}

/// The lines of a file, read piece by piece.
private struct LineReader {
  private let handle: FileHandle
  private let name: String
  private var buffer = Data()
  private var isAtEnd = false
  // A trial with 200 findings takes less than a megabyte.
  private static let cap = 64 << 20

  init(_ handle: FileHandle, name: String) { (self.handle, self.name) = (handle, name) }

  /// The next line without its newline; nil at the end.
  /// - Throws: `RequestError` for a line beyond all measure, `LabError` when it cannot be read.
  mutating func next() throws -> Data? {
    var searched = 0
    while true {
      if let end = buffer.dropFirst(searched).firstIndex(of: 10) {
        defer { buffer = buffer[(end + 1)...] }
        return Data(buffer[..<end])
      }
      searched = buffer.count
      guard !isAtEnd else {
        defer { buffer = Data() }
        return buffer.isEmpty ? nil : Data(buffer)
      }
      guard buffer.count < Self.cap else {
        throw RequestError("\(name) is not a zlab export: a line exceeds \(Self.cap >> 20) MiB")
      }
      do {
        let piece = try handle.read(upToCount: 1 << 20) ?? Data()
        isAtEnd = piece.isEmpty
        buffer = Data(buffer) + piece
      } catch { throw LabError("cannot read \(name): \(error.localizedDescription)") }
    }
  }
}
