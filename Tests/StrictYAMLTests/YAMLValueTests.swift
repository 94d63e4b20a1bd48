import Model
import StrictYAML
import Testing

@Suite struct YAMLValueTests {
  private func parse(_ text: String) throws(RequestError) -> YAMLValue { try YAMLValue(parsing: text, file: "a.yaml") }

  @Test func `values arrive with their types`() throws {
    let top = try parse("name: x\nuid: 0x1f\nwait: 250ms\nlist: [1, b]\n").mapping(knowing: [
      "name", "uid", "wait", "list",
    ])
    #expect(try top["name"]?.string() == "x")
    #expect(try top["uid"]?.integer(in: 0...255) == 31)
    #expect(try top["wait"]?.duration() == .milliseconds(250))
    #expect(try top["list"]?.list().map { try $0.string() } == ["1", "b"])
  }

  @Test(arguments: [
    "", "plain", "a: b # c", "it's \"q\" \\ back", "true", "- x", "tab\tline\nend\u{7f}\u{85}\u{2028}\u{feff}", "ü 😀",
    "\0",
  ]) func `a quoted text reads as it was`(text: String) throws {
    let top = try parse("a: \(yamlQuoted(text))\nb: [\(yamlQuoted(text))]\n").mapping(knowing: ["a", "b"])
    #expect(try top["a"]?.string() == text)
    #expect(try top["b"]?.list().map { try $0.string() } == [text])
  }

  @Test func `an unknown key names its place and the likely one`() {
    let error = #expect(throws: RequestError.self) {
      try parse("name: x\nactros: []\n").mapping(knowing: ["name", "actors"])
    }
    #expect(error?.problem.hasPrefix("a.yaml:2:") == true)
    #expect(error?.problem.hasSuffix("unknown key 'actros'") == true)
    #expect(error?.advice == "Did you mean 'actors'?")
  }

  @Test func `a wrong type names the path`() throws {
    let item = try #require(try parse("a:\n  - 5\n  - b: c\n").mapping(knowing: ["a"])["a"]).list()[1]
    let error = #expect(throws: RequestError.self) { try item.integer(in: 0...9) }
    #expect(error?.problem == "a.yaml:3:5: a[1]: must be a whole number, not a mapping")
  }

  @Test(arguments: ["a: 1\na: 2\n", "a: [", "\t- x: {", "", "&a [*a, *a", "a: b: c"])
  func `what is not YAML is the request's fault`(text: String) {
    #expect(throws: RequestError.self) { try parse(text).mapping(knowing: ["a"]) }
  }

  @Test func `too long a file is refused before it is parsed`() {
    #expect(throws: RequestError("a.yaml is larger than 256 KiB")) { try parse(String(repeating: "#", count: 300_000)) }
  }

  @Test(arguments: ["5", "s", "5 s", "-1s", "99999999999s", "1w"])
  func `a time needs a number and a unit`(text: String) {
    #expect(Duration(zlab: text) == nil)
  }
}
