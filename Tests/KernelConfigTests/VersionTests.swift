import KernelConfig
import Model
import Testing

@Suite struct VersionTests {
  @Test func `the version is in the Makefile's first lines`() throws {
    let version = try #require(try Fixtures.version())
    #expect(version == KernelVersion(major: 6, minor: 1, patch: 192))
    #expect("\(version)" == "6.1.192")
    let candidate = KernelVersion(makefile: "VERSION = 6\nPATCHLEVEL = 2\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n")
    #expect(candidate.map { "\($0)" } == "6.2.0-rc3")
    #expect(KernelVersion(makefile: "VERSION=6\nPATCHLEVEL=2\nVERSION=7\n")?.major == 6)
  }

  @Test(arguments: [
    "", "VERSION = six\nPATCHLEVEL = 1", "PATCHLEVEL = 1", "all:\n\tVERSION", "VERSION = 999999\nPATCHLEVEL = 1",
  ])
  func `a Makefile without a version has none`(_ makefile: String) {
    #expect(KernelVersion(makefile: makefile) == nil)
  }

  @Test(arguments: ["6", "6.", "6.1.2.3", "v6.1", "6.1-rc1", "6.x", "-6.1", "6.1 ", "123456.1", ""])
  func `what is no version is none`(_ text: String) {
    #expect(KernelVersion(text) == nil)
  }

  @Test func `versions are ordered by number`() throws {
    let sorted = ["5.10.223", "6.1", "6.1.9", "6.1.192", "6.2", "6.12"].compactMap { KernelVersion($0) }
    #expect(sorted.count == 6)
    #expect(sorted == sorted.shuffled().sorted())
    let candidate = KernelVersion(major: 6, minor: 2, extra: "-rc1")
    #expect(try candidate == #require(KernelVersion("6.2")))
  }

  @Test(arguments: [
    ("#: always", ["6.1", "6.6", "6.12"]), ("#: since 6.6", ["6.6", "6.12"]), ("#: before 6.6", ["6.1"]),
    ("#: since 6.2 before 6.12", ["6.6"]), ("#: since 6.6.1", ["6.12"]), ("#: before 6.6.1  ", ["6.1", "6.6"]),
  ])
  func `a directive bounds the lines below it`(_ directive: String, _ holds: [String]) throws {
    let text =
      "CONFIG_ABOVE=y\n\(directive)\nCONFIG_BELOW=y\n# A remark\nCONFIG_BELOW_TOO=y\n#: always\nCONFIG_AGAIN=y\n"
    let fragment = try ConfigFragment(parsing: Array(text.utf8), name: "x")
    for name in ["6.1", "6.6", "6.12"] {
      let wanted = ConfigRequest.merge([fragment], for: try #require(KernelVersion(name))).wanted
      let always = Set(["ABOVE", "AGAIN"])
      #expect(Set(wanted.keys) == (holds.contains(name) ? always.union(["BELOW", "BELOW_TOO"]) : always))
    }
  }

  @Test(arguments: [
    "#:", "#:always", "#: Always", "#: since", "#: since 6", "#: since v6.6", "#: until 6.6", "#: since 6.6 ,",
    "#: before 6.2 since 6.1", "#: since before 6.2 6.10", "#: since 6.2 before", "#: since 6.2  before 6.10",
    "#: since 6.10 before 6.2", "#: since 6.2 before 6.2", "#: since 6.1 since 6.2", "#: before 6.1 before 6.2",
    "#: 6.1 since",
  ])
  func `anything else behind the directive's mark is refused`(_ directive: String) {
    let error = #expect(throws: RequestError.self) {
      try ConfigFragment(parsing: Array("# For lamps\n\(directive)\n".utf8), name: "x")
    }
    #expect(error?.problem == "x:2: `\(directive)` is no version directive")
  }
}
