import Testing

@testable import GuestDisks

@Suite struct HostNameTests {
  private func path(_ text: String) -> String { hostPath(of: Array(text.utf8)) }

  @Test func `an ordinary path stays readable`() {
    #expect(path("/var/log/kern.log") == "root/var/log/kern.log")
    #expect(path("/etc/.hidden") == "root/etc/%2Ehidden")
  }

  @Test(arguments: [
    "/../../etc/passwd", "/a/../../b", "/..", "/.", "//", "", "/new\nline/\u{1b}[2J", "/\u{0}", "/a\u{2028}b",
    "/ /%2e%2e",
    "/-rf", "/\\..\\", "/" + String(repeating: "x", count: 255), "/" + String(repeating: "../", count: 2000),
    "/" + String(repeating: "a/", count: 2000), "/" + String(repeating: "\n", count: 255),
  ])
  func `no name leads out of the folder`(text: String) {
    let result = path(text)
    let parts = result.split(separator: "/", omittingEmptySubsequences: false)
    #expect(!result.hasPrefix("/") && !parts.isEmpty)
    for part in parts.dropFirst() {
      #expect(!part.hasPrefix(".") && part.utf8.count <= 180)
      #expect(part.utf8.allSatisfy { (0x21...0x7e).contains($0) })
    }
    #expect(result.utf8.count <= 1100)
  }

  @Test func `bytes that are no text are kept apart`() {
    #expect(hostPath(of: [0x2f, 0xff, 0xfe]) == "root/%FF%FE")
    #expect(hostPath(of: [0x2f, 0xff]) != hostPath(of: [0x2f, 0xfe]))
    let long = Array(repeating: UInt8(ascii: "x"), count: 255)
    #expect(hostPath(of: [0x2f] + long) != hostPath(of: [0x2f] + long.dropLast() + [UInt8(ascii: "y")]))
    // What stands for a byte cannot be written by a guest itself.
    #expect(path("/%2E") == "root/%252E")
  }
}
