import Guest
import Model
import Testing

@Suite struct PathPatternTests {
  private func matches(_ pattern: String, _ path: String) throws -> Bool {
    try PathPattern(pattern).matches(Array(path.utf8))
  }

  @Test(arguments: [
    ("/var/log/**", "/var/log/a"), ("/var/log/**", "/var/log/a/b/c"), ("/var/crash/*/vmcore", "/var/crash/1/vmcore"),
    ("/**/core", "/core"), ("/**/core", "/a/b/core"), ("/a/**/b/*.txt", "/a/b/x.txt"), ("/a?c", "/abc"), ("/*", "/x"),
    ("/etc/passwd", "/etc/passwd"), ("/a*b*c", "/aXbbYc"), ("/**", "/new\nline"),
  ])
  func `a path is meant`(pattern: String, path: String) throws { #expect(try matches(pattern, path)) }

  @Test(arguments: [
    ("/var/log/**", "/var/log"), ("/var/log/**", "/var/logs/a"), ("/var/crash/*/vmcore", "/var/crash/vmcore"),
    ("/*", "/a/b"), ("/a?c", "/ac"), ("/etc/passwd", "/etc/passwd/x"), ("/a*b*c", "/acb"), ("/**/core", "/corex"),
  ])
  func `a path is not meant`(pattern: String, path: String) throws { #expect(try !matches(pattern, path)) }

  @Test(arguments: [
    "", "var/log", "/", "/a/../b", "/a//b", "/./a", "/a/", "/\0", "/" + String(repeating: "a", count: 1100),
  ])
  func `what names no files is refused`(text: String) {
    #expect(throws: RequestError.self) { try PathPattern(text) }
  }

  @Test func `what comes before the first wildcard is looked at alone`() throws {
    #expect(try PathPattern("/var/log/*/x").fixed == "/var/log")
    #expect(try PathPattern("/**").fixed == "/")
    #expect(try PathPattern("/etc/passwd").fixed == "/etc/passwd")
  }

  @Test func `nothing that a guest calls a file makes it slow`() throws {
    let pattern =
      "/" + Array(repeating: "**", count: 20).joined(separator: "/") + "/" + String(repeating: "*a", count: 200)
    let name = "/" + String(repeating: "a/", count: 1500) + String(repeating: "a", count: 1000) + "b"
    #expect(try !matches(pattern, name))
  }
}
