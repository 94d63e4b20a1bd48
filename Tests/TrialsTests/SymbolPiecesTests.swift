import Testing

@testable import Trials

@Suite struct SymbolPiecesTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func `what one guest lost another has`() {
    var pieces = SymbolPieces(pieceSize: 4)
    pieces.add(bytes("10 /dev/file\n"), 0)
    for (number, piece) in [(1, "abcd"), (2, "ef"), (4, "")] { pieces.add(bytes(piece), number) }
    #expect(pieces.whole == nil)
    // The second guest lost the size, and a part of the first piece.
    for (number, piece) in [(1, "ab"), (2, "efgh"), (3, "ij")] { pieces.add(bytes(piece), number) }
    #expect(pieces.whole == bytes("abcdefghij"))
  }

  @Test func `no size and no piece make no file`() {
    var pieces = SymbolPieces(pieceSize: 4)
    #expect(pieces.whole == nil)
    pieces.add(bytes("abcd"), 1)
    #expect(pieces.whole == nil)
    pieces.add(bytes("wc: cannot read"), 0)
    #expect(pieces.whole == nil)
    pieces.add(bytes("4 x"), 0)
    #expect(pieces.whole == bytes("abcd"))
  }
}
