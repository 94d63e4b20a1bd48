import ArgumentParser
import Foundation
import Records
import Reports
import ResultStore
import Terminal

struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "db",
    abstract: "Looks after the database of results.",
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
    abstract: "Looks at all of the database; a damaged file is set aside.",
    discussion: """
      Exits 69 when something is wrong.

        zlab db check
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    let store = try ResultStore(userFolders)
    let check = try store.check()
    switch output.format {
    case .json: try put(jsonText(check))
    case .text:
      let rows = check.rows.sorted { $0.key < $1.key }.map { [$0.key, String($0.value)] }
      try put("\(store.path), \(megabytes(check.size))\n" + table([["TABLE", "ROWS"]] + rows) + "\n")
      for flaw in check.flaws { try put(harmless(flaw) + "\n") }
    }
    if !check.flaws.isEmpty { throw ExitStatus.labCannot.exit }
  }
}

struct DatabaseCompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Gives the room back that deleted results took.",
    discussion: "  zlab db compact")

  func run() throws {
    let size = try ResultStore(userFolders).compact()
    try put("\(megabytes(size.before)) before, \(megabytes(size.after)) after\n")
  }
}

struct DatabaseExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes every result as JSON lines, for another machine or another tool.",
    discussion: """
        zlab db export results.jsonl
        zlab db export | zstd > results.jsonl.zst
      """)

  @Argument(help: "The file to write; '-' is standard output.", completion: .file())
  var file = "-"

  func run() throws {
    let store = try ResultStore(userFolders)
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
    abstract: "Takes in what an export holds and is not here yet.",
    discussion: """
      A second time nothing changes. Nights of another machine are shown, and never compared with nights of this one.

        zlab db import results.jsonl
      """)

  @Argument(help: "The export; '-' is standard input.", completion: .file())
  var file: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
    guard let handle else { throw RequestError("cannot read \(file): \(String(cString: strerror(errno)))") }
    let name = file == "-" ? "standard input" : file
    var lines = LineReader(handle, name: name)
    let count = try ResultStore(userFolders).takeIn(named: name) { try lines.next() }
    switch output.format {
    case .json: try put(jsonText(count))
    case .text:
      try put(
        "\(count.runs) runs, \(count.trials) trials, \(count.nights) nights and \(count.bisects) bisections are new "
          + "here\n")
    }
    for conflict in count.conflicts { say("zlab: \(conflict) is another one here, and was left out") }
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
      guard buffer.count < Self.cap else { throw RequestError("\(name) is no export of zlab's: a line has no end") }
      do {
        let piece = try handle.read(upToCount: 1 << 20) ?? Data()
        isAtEnd = piece.isEmpty
        buffer = Data(buffer) + piece
      } catch { throw LabError("cannot read \(name): \(error.localizedDescription)") }
    }
  }
}
