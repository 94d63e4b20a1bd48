import Dmesg
import Model
import Testing

@Suite struct FixtureTests {
  @Test(arguments: Fixture.all)
  func `a log gives the findings that its fixture says`(_ fixture: Fixture) throws {
    let found = findings(in: fixture.log).findings
    if Fixture.isRecording {
      try fixture.record(found)
      Issue.record("recorded \(fixture.name); look at the difference and run without DMESG_RECORD")
      return
    }
    let unknown = fixture.headers.filter { !Fixture.knownKeys.contains($0.key) }
    #expect(unknown.isEmpty, "headers that mean nothing")
    #expect(Fixture.describe(found) == fixture.headers)
  }

  @Test func `fixtures are there`() {
    #expect(Fixture.all.count > 50)
  }

  @Test(arguments: Fixture.all.filter { $0.name.hasPrefix("wrap-") && !$0.name.contains("decode") })
  func `every wrapping of one report has the same title and signature`(_ fixture: Fixture) throws {
    let found = findings(in: fixture.log).findings
    let plain = try #require(Fixture.all.first { $0.name == "wrap-level.txt" })
    let expected = try #require(findings(in: plain.log).findings.first)
    #expect(found.map(\.title) == [expected.title])
    #expect(found.map(\.signature) == [expected.signature])
    #expect(found.map { $0.frames.map(\.name) } == [expected.frames.map(\.name)])
  }
}
