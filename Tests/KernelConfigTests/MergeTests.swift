import KernelConfig
import Model
import Testing

@Suite struct MergeTests {
  private func merge(_ fragments: String..., version: String = "6.1") throws -> MergedConfig {
    let parsed = try fragments.enumerated().map { try ConfigFragment(parsing: Array($1.utf8), name: "\($0).config") }
    return ConfigRequest.merge(parsed, for: try #require(KernelVersion(version)))
  }

  @Test func `the last value wins, and the replaced one is noted`() throws {
    let merged = try merge("CONFIG_A=y\nCONFIG_B=y\n", "\nCONFIG_A=m\nCONFIG_B=y\n", "# CONFIG_A is not set\n")
    #expect(merged.text == "CONFIG_B=y\n# CONFIG_A is not set\n")
    #expect(merged.wanted["A"]?.value == .no)
    #expect(merged.wanted["A"]?.fragment == "2.config")
    #expect(merged.wanted["B"]?.fragment == "1.config")
    #expect(
      merged.overrides.map { "\($0)" } == [
        "CONFIG_A=m (1.config:2) overrides y (0.config:1)", "CONFIG_A=n (2.config:1) overrides m (1.config:2)",
      ])
  }

  @Test func `an option that is set twice in one fragment is noted too`() throws {
    let merged = try merge("CONFIG_A=1\nCONFIG_A=2\nCONFIG_A=2\n")
    #expect(merged.wanted["A"]?.value == .number("2"))
    #expect(merged.wanted["A"]?.line == 3)
    #expect(merged.overrides.map(\.new.line) == [2])
  }

  @Test func `lines for other versions neither set nor replace anything`() throws {
    let text = "CONFIG_A=y\n#: since 6.6\nCONFIG_A=m\nCONFIG_B=y\n"
    #expect(try merge(text).text == "CONFIG_A=y\n")
    #expect(try merge(text).overrides.isEmpty)
    #expect(try merge(text, version: "6.6").text == "CONFIG_A=m\nCONFIG_B=y\n")
    #expect(try merge(text, version: "6.6").overrides.count == 1)
  }

  // Of a choice's members `conf` takes the last one that is set.
  @Test func `the text has the options in the order of their last setting`() throws {
    let merged = try merge("CONFIG_C=y\nCONFIG_B=y\nCONFIG_A=y\n", "CONFIG_C=y\n")
    #expect(merged.text == "CONFIG_B=y\nCONFIG_A=y\nCONFIG_C=y\n")
  }

  @Test func `the text does not depend on the fragments' names`() throws {
    let bytes = Array("# One\nCONFIG_A=y\n".utf8)
    let version = try #require(KernelVersion("6.1"))
    let texts = try ["a", "b"].map { name in
      ConfigRequest.merge([try ConfigFragment(parsing: bytes, name: name)], for: version).text
    }
    #expect(texts == ["CONFIG_A=y\n", "CONFIG_A=y\n"])
    #expect(try merge().text.isEmpty)
  }

  @Test func `a written configuration is read as it was meant`() throws {
    let text = "CONFIG_A=\"a \\\\ \\\"b\\\" '\"\nCONFIG_B=m\nCONFIG_C=0xfF\n# CONFIG_D is not set\n"
    let final = try FinalConfig(parsing: Array(try merge(text).text.utf8), name: ".config")
    #expect(final[option: "A"] == .string("a \\ \"b\" '"))
    #expect(final[option: "B"] == .module)
    #expect(final[option: "C"] == .number("0xfF"))
    #expect(final[option: "D"] == .no)
    #expect(final[option: "E"] == nil)
  }

  @Test func `lines of a .config that are no settings are passed over`() throws {
    let text =
      "#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_A=y\n\0\u{1B}[2J\nCONFIG_B\nCONFIG_C==\nCONFIG_D=y"
    let final = try FinalConfig(parsing: Array(text.utf8) + [0x0A, 0xFF], name: ".config")
    #expect(["A", "B", "C", "D"].map { final[option: $0] } == [.yes, nil, nil, .yes])
  }

  @Test func `too large a .config is the lab's failure`() {
    #expect(throws: LabError.self) {
      try FinalConfig(parsing: [UInt8](repeating: 0x0A, count: FinalConfig.cap + 1), name: ".config")
    }
  }
}
