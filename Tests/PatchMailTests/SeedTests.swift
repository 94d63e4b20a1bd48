import Foundation
import PatchMail
import Testing

@Suite struct SeedTests {
  // The mail is no part of the project; it lies beside it where the project was ordered.
  private static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/seeds").standardized

  private static var seed: URL? {
    let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return files?.filter { $0.pathExtension == "txt" }.min { $0.path < $1.path }
  }

  private static let absent: Comment = "the seed mail is not there, so nothing is proved about it"

  private func read() throws -> (lines: [String], series: PatchSeries) {
    let bytes = [UInt8](try Data(contentsOf: try #require(Self.seed)))
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    return (lines.map(String.init), try PatchMail.read(bytes, name: "seed"))
  }

  private static func squeezed(_ text: some StringProtocol) -> String { String(text.filter { !$0.isWhitespace }) }

  @Test(.enabled(if: seed != nil, absent)) func `the seed mail is recovered whole`() throws {
    let (_, series) = try read()
    let patch = try #require(series.patches.first)
    #expect(series.patches.count == 1)
    #expect(patch.files.map(\.hunks.count) == [1, 1, 5])
    #expect(series.version == 4)
    #expect(series.total == 2)
    #expect(series.missing == [2])
    #expect(patch.quoteDepth == 2)
    #expect(series.confidence == .repaired)
    #expect(series.needsWhitespaceIgnored)
    #expect(patch.files.allSatisfy { $0.oldBlob?.count == 12 && $0.newBlob?.count == 12 })
  }

  // The statistics in the mail count its lines, and each hunk's head counts that hunk's.
  @Test(.enabled(if: seed != nil, absent)) func `the seed's hunks have the lines that they count`() throws {
    let hunks = try #require(try read().series.patches.first).files.flatMap(\.hunks)
    for hunk in hunks {
      #expect(hunk.lines.count { $0.kind != .added } == hunk.oldCount)
      #expect(hunk.lines.count { $0.kind != .removed } == hunk.newCount)
    }
    #expect(hunks.flatMap(\.lines).count { $0.kind == .added } == 38)
    #expect(hunks.flatMap(\.lines).count { $0.kind == .removed } == 3)
  }

  @Test(.enabled(if: seed != nil, absent)) func `the seed equals what was quoted up to white space`() throws {
    let (lines, series) = try read()
    let quoted = lines.drop { !$0.hasPrefix(">> diff") }.filter { $0.hasPrefix(">>") }.map { $0.dropFirst(2) }
    let diff = String(decoding: try #require(series.patches.first).diff, as: UTF8.self)
    #expect(Self.squeezed(diff) == Self.squeezed(quoted.joined()))
  }

  @Test(.enabled(if: seed != nil, absent)) func `the seed's author and message are the quoted ones`() throws {
    let (lines, series) = try read()
    let patch = try #require(series.patches.first)
    let message = lines.prefix { $0 != ">> ---" }.filter { $0.hasPrefix(">>") }.map { $0.dropFirst(2) }
    #expect(Self.squeezed(patch.message) == Self.squeezed(message.joined()))
    let signer = try #require(lines.first { $0.contains("Signed-off-by: ") })
    #expect(signer.hasSuffix(patch.author ?? "-"))
  }
}
