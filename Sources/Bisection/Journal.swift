import Foundation
package import Model
import Storage

/// Append-only journal of a bisection, one line per entry.
///
/// A line is a checksum, a blank and JSON. The last one may be torn, by a kill or a full disk: it then never was, for
/// what it says is only done once it is written whole. Whoever adds lines holds the bisection's lock.
package struct Journal: Sendable {
  package private(set) var lines: [JournalLine]
  private let path: String

  /// Reads a journal; one that is not there is empty.
  /// - Throws: ``LabError`` when a line before the last is damaged, or the disk refuses.
  init(at file: URL) throws(LabError) {
    path = file.path
    lines = []
    for piece in try pieces() {
      guard let line = decoded(piece) else {
        throw LabError(
          "line \(lines.count + 1) of \(path) is damaged, or of another version of zlab",
          advice: "Start the bisection again: built kernels are in the cache.")
      }
      lines.append(line)
    }
  }

  /// Adds an entry, which is on the disk when this returns.
  /// - Throws: ``LabError`` when the disk refuses; then nothing was added.
  package mutating func add(_ entry: JournalEntry) throws(LabError) {
    // Whole seconds, as they are read again.
    let line = JournalLine(at: Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded()), entry: entry)
    guard let json = try? encoder.encode(line) else { throw LabError("cannot write an entry into \(path)") }
    let bytes = Array((stableDigits(json) + " ").utf8) + json + [0x0a]
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw trouble() }
    defer { close(descriptor) }
    // What was torn off before goes first.
    let end = off_t(wholeBytes())
    guard ftruncate(descriptor, end) == 0 else { throw trouble() }
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, end) }
    guard count == bytes.count, fsync(descriptor) == 0 else {
      let error = trouble()
      ftruncate(descriptor, end)
      throw error
    }
    lines.append(line)
  }

  // Every line but a torn last one.
  private func pieces() throws(LabError) -> [Data] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    guard let data = FileManager.default.contents(atPath: path) else { throw LabError("cannot read \(path)") }
    var pieces = data.split(separator: 0x0a, omittingEmptySubsequences: false)
    let tail = pieces.popLast() ?? Data()
    // A disk that lost power may keep the length of a line and not its bytes.
    if tail.isEmpty, let last = pieces.last, decoded(last) == nil { pieces.removeLast() }
    return pieces
  }

  private func wholeBytes() -> Int { ((try? pieces()) ?? []).reduce(0) { $0 + $1.count + 1 } }

  private func decoded(_ piece: Data) -> JournalLine? {
    guard piece.count > 17, piece[piece.startIndex + 16] == 0x20 else { return nil }
    let json = Data(piece.dropFirst(17))
    guard piece.prefix(16).elementsEqual(stableDigits(json).utf8) else { return nil }
    return try? decoder.decode(JournalLine.self, from: json)
  }

  private func trouble() -> LabError {
    LabError("cannot write \(path): \(String(cString: strerror(errno)))", advice: "Free space on that disk.")
  }
}

private let encoder: JSONEncoder = {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .iso8601
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return encoder
}()

private let decoder: JSONDecoder = {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .iso8601
  return decoder
}()
