import Foundation
import Model
import Testing

@testable import Dmesg

/// Real logs differ from each other in what has nothing to do with the bug.
@Suite struct VariationTests {
  /// Fixtures whose lines are the kernel's, with stamps, as a serial console has them.
  private static let stamped = Fixture.all.filter { fixture in
    let lines = String(decoding: fixture.log, as: UTF8.self).split(separator: "\n")
    return !fixture.name.hasPrefix("wrap") && lines.count > 4 && lines.allSatisfy { $0.hasPrefix("[") }
  }

  private func expectSame(
    _ fixture: Fixture, _ change: (String) -> [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let lines = String(decoding: fixture.log, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    let changed = lines.flatMap(change).joined(separator: "\n")
    let found = findings(in: Array(changed.utf8)).findings
    let expected = findings(in: fixture.log).findings
    #expect(found.map(\.title) == expected.map(\.title), sourceLocation: sourceLocation)
    #expect(found.map(\.signature) == expected.map(\.signature), sourceLocation: sourceLocation)
  }

  @Test func `there are fixtures to vary`() { #expect(Self.stamped.count > 20) }

  @Test(arguments: stamped, [".isra.0", ".constprop.0.cold", ".part.0", ".llvm.8154190270437632"])
  func `clones of functions are the functions`(_ fixture: Fixture, _ suffix: String) {
    // Of a leaf in assembly, which has no clones, register 14 names the caller.
    guard fixture.name != "s390x-lkdtm-write-code.txt" else { return }
    let offset = /([A-Za-z_][A-Za-z0-9_]{5,})(\+0x[0-9a-f]+\/0x[0-9a-f]+)/
    expectSame(fixture) { [$0.replacing(offset) { "\($0.output.1)\(suffix)\($0.output.2)" }] }
  }

  @Test(arguments: stamped) func `stale frames change nothing`(_ fixture: Fixture) {
    guard fixture.name != "s390x-lkdtm-write-code.txt" else { return }
    let frame =
      /^(\[[^a-z]*\](?:\[ *[TC][0-9]+\])? +(?:\[<[0-9a-f]+>\] )?)[A-Za-z_][A-Za-z0-9_.]*\+0x[0-9a-f]+\/0x[0-9a-f]+ *$/
    expectSame(fixture) { line in
      guard let match = line.firstMatch(of: frame) else { return [line] }
      return [line, match.output.1 + "? stale_function+0x10/0x40"]
    }
  }

  @Test(arguments: stamped) func `programs that print between the lines change nothing`(_ fixture: Fixture) {
    var count = 0
    expectSame(fixture) { line in
      count += 1
      return count % 5 == 0 ? [line, "[  OK  ] Started Widget Service."] : [line]
    }
  }

  @Test(arguments: stamped) func `without stamps the report is the same`(_ fixture: Fixture) {
    // Without them lines of two CPUs cannot be told apart, and of what people write some counts only in a log.
    guard !fixture.name.hasPrefix("interleaved"), !fixture.name.hasPrefix("none") else { return }
    let stamp = /^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])?[ ]/
    expectSame(fixture) { [String($0.replacing(stamp, with: ""))] }
  }

  @Test(arguments: stamped) func `a terminal's width changes nothing`(_ fixture: Fixture) {
    expectSame(fixture) { line in
      var rows: [String] = []
      var rest = line.utf8[...]
      while rest.count > 80 {
        rows.append(String(rest.prefix(80))!)
        rest = rest.dropFirst(80)
      }
      return rows + [String(rest)!]
    }
  }

  @Test(arguments: stamped, ["> ", "> > > ", "    ", "| ", "<4>", "kern  :warn  : ", "Mar  2 10:00:00 host kernel: "])
  func `what stands before the stamp changes nothing`(_ fixture: Fixture, _ prefix: String) {
    expectSame(fixture) { [prefix + $0] }
  }
}
