/// A file that guests printed in pieces, put together.
struct SymbolPieces {
  /// Of all pieces but the last, in bytes.
  let pieceSize: Int
  private var size = 0
  private var parts: [Int: [UInt8]] = [:]

  init(pieceSize: Int) { self.pieceSize = pieceSize }

  /// Takes in a piece, which are counted from 1; as number 0 the words of `wc -c`, whose first is the file's size.
  mutating func add(_ piece: [UInt8], _ number: Int) {
    guard number > 0 else {
      let first = String(decoding: piece, as: UTF8.self).split(separator: " ").first
      size = max(size, first.flatMap { Int($0) } ?? 0)
      return
    }
    if piece.count > parts[number]?.count ?? 0 { parts[number] = piece }
  }

  /// Pieces that are not whole, for an error.
  var description: String {
    guard size > 0 else { return "its size is not known, \(parts.count) pieces came" }
    let count = (size + pieceSize - 1) / pieceSize
    let wrong = (1...count).filter { parts[$0]?.count != min(pieceSize, size - ($0 - 1) * pieceSize) }
    let words = wrong.prefix(5).map { "piece \($0) has \(parts[$0]?.count ?? 0) bytes" }
    return "of \(size) bytes in \(count) pieces \(wrong.count) are not whole, \(words.joined(separator: ", "))"
  }

  /// The file; nil while a part of it is missing.
  var whole: [UInt8]? {
    guard size > 0 else { return nil }
    var whole: [UInt8] = []
    for number in 1...(size + pieceSize - 1) / pieceSize {
      guard let part = parts[number], part.count == min(pieceSize, size - whole.count) else { return nil }
      whole += part
    }
    return whole
  }
}
