import DebianPackages
import HostTools
import Testing

@Suite struct DebianVersionTests {
  // The last of each pair's order is dpkg's own answer.
  @Test func `versions are ordered as dpkg orders them`() async throws {
    let versions = [
      "6.12.107-1", "6.12.94-1", "6.12.107-1~bpo12+1", "7.2.11-1~bpo13+1", "7.2.11-1", "1:1.0", "0:7", "7", "7-0",
      "1.0~rc1", "1.0", "1.0a", "1.0+b1", "1.0.", "007", "2.0-1-2", "a", "~", "6.1.176-1+deb12u1",
    ]
    let tests = versions.flatMap { one in versions.map { "dpkg --compare-versions '\(one)' lt '\($0)'; echo $?" } }
    let answer = try await HostTool("sh", ["-c", tests.joined(separator: "\n")], to: "compare versions").run().text
    let expected = answer.split(separator: "\n").map { $0 == "0" }
    let found = versions.flatMap { one in versions.map { DebianVersion(one) < DebianVersion($0) } }
    #expect(expected.count == versions.count * versions.count)
    for (index, pair) in zip(expected, found).enumerated() {
      let names = (versions[index / versions.count], versions[index % versions.count])
      #expect(pair.0 == pair.1, "\(names.0) < \(names.1)")
    }
  }
}
