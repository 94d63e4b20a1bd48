import Dmesg
import Model
import Testing

/// Splits the log at places drawn from the seed and compares with reading it in one go.
func expectSameFindings(_ log: [UInt8], splits: Int, seed: UInt64) {
  let whole = read([log[...]])
  var generator = SplitMix64(seed: seed)
  for _ in 0..<splits {
    let place = log.isEmpty ? 0 : Int(generator.next() % UInt64(log.count))
    #expect(read([log[..<place], log[place...]]) == whole, "split at \(place)")
  }
}

private func read(_ parts: [ArraySlice<UInt8>]) -> [Finding] {
  var parser = DmesgParser()
  return parts.flatMap { parser.feed($0) } + parser.finish()
}

@Suite struct SplitTests {
  @Test(arguments: Fixture.all)
  func `a fixture split at any byte gives the same findings`(_ fixture: Fixture) {
    expectSameFindings(fixture.log, splits: 60, seed: UInt64(fixture.log.count))
  }

  @Test(arguments: ["s390x-warn-detach-crlf.txt", "wrap-quoted-printable.txt"])
  func `one byte at a time gives the same findings`(_ name: String) throws {
    let log = try Fixture(named: name).log
    #expect(read(log.indices.map { log[$0...$0] }) == read([log[...]]))
  }
}
