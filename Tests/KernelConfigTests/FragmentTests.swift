import KernelConfig
import Model
import Testing

@Suite struct FragmentTests {
  private func read(_ text: String) throws(RequestError) -> ConfigFragment {
    try ConfigFragment(parsing: Array(text.utf8), name: "lamps.config")
  }

  private func text(_ fragment: String) throws -> String {
    ConfigRequest.merge([try read(fragment)], for: KernelVersion(major: 6, minor: 1)).text
  }

  @Test(arguments: [
    "CONFIG_A=y", "CONFIG_A=m", "CONFIG_A=12", "CONFIG_A=-1", "CONFIG_A=0x1F", "CONFIG_A=\"\"", "CONFIG_a_64BIT=y",
    "CONFIG_A=\"two words # and = signs\"", "CONFIG_A=\"a \\\"quoted\\\" \\\\ word\"", "# CONFIG_A is not set",
  ])
  func `a setting is given to the kernel as it was written`(_ line: String) throws {
    #expect(try text(line) == line + "\n")
    #expect(try text(line + " \t\r\n") == line + "\n")
  }

  @Test func `n is not set`() throws {
    #expect(try text("CONFIG_A=n") == "# CONFIG_A is not set\n")
  }

  @Test(arguments: [
    "CONFIG_A", "CONFIG_A=", "CONFIG_A=Y", "CONFIG_A=yes", "CONFIG_A = y", " CONFIG_A=y", "A=y", "CONFIG_=y",
    "CONFIG_A=\"", "CONFIG_A=\"a\"b\"", "CONFIG_A=\"a\\\"", "CONFIG_A=0x", "CONFIG_A=12k", "CONFIG_A=-", "CONFIG_A-B=y",
    "CONFIG_\(String(repeating: "A", count: 201))=y", "CONFIG_A=y # because", "select A", "export CONFIG_A=y",
    "#CONFIG_A is not set", "# CONFIG_A is not set today", "# CONFIG_A-B is not set", "#  CONFIG_A is not set",
  ])
  func `any other line is refused with its place`(_ line: String) {
    let error = #expect(throws: RequestError.self) { try self.read("# For lamps\n\n\(line)\n") }
    #expect(error?.problem.hasPrefix("lamps.config:3: `\(line.prefix(20))") == true)
    #expect(error?.problem.hasSuffix("is no setting of an option") == true)
  }

  @Test(arguments: ["# CONFIG_A=y", "# CONFIG_A is off", "#", "##### Lamps", "# a\u{e9}b"])
  func `a comment asks for nothing`(_ line: String) throws {
    #expect(try text(line).isEmpty)
  }

  @Test(arguments: [
    ("# For lamps\nCONFIG_A=y", "For lamps"), ("\n#\n# For lamps\n# and more\n", "For lamps"),
    ("# SPDX-License-Identifier: GPL-2.0\n#: always\n# For lamps", "For lamps"),
    ("# CONFIG_A is not set\n# Only a remark", nil), ("CONFIG_A=y\n# Only a remark", nil), ("", nil),
  ])
  func `the first comment above all settings is the purpose`(_ fragment: String, _ purpose: String?) throws {
    #expect(try read(fragment).purpose == purpose)
  }

  @Test func `what is hostile in a complaint is escaped and cut`() {
    let error = #expect(throws: RequestError.self) {
      try self.read("CONFIG_A=\u{202E}y\u{85}\(String(repeating: "x", count: 500))")
    }
    #expect(error?.problem.contains("CONFIG_A=\\u{202e}y\\u{85}xxx") == true)
    #expect(error?.problem.count ?? 0 < 250)
  }

  @Test(arguments: [[0x41, 0x00], [0x23, 0x1B, 0x5B], [0x23, 0x20, 0xFF, 0xFE], [0x00]] as [[UInt8]])
  func `bytes that are no text are refused`(_ bytes: [UInt8]) {
    let error = #expect(throws: RequestError.self) {
      try ConfigFragment(parsing: Array("CONFIG_A=y\n".utf8) + bytes, name: "x")
    }
    #expect(error?.problem.hasPrefix("x:2: ") == true)
  }

  @Test func `too large a file and too long a line are refused`() {
    #expect(throws: RequestError.self) {
      try ConfigFragment(parsing: [UInt8](repeating: 0x0A, count: ConfigFragment.cap + 1), name: "x")
    }
    let error = #expect(throws: RequestError.self) {
      try self.read("\nCONFIG_A=\"\(String(repeating: "x", count: 8200))\"")
    }
    #expect(error?.problem == "lamps.config:2: the line is longer than 8192 bytes")
    #expect(throws: Never.self) {
      try ConfigFragment(parsing: [UInt8](repeating: 0x0A, count: ConfigFragment.cap), name: "x")
    }
  }
}
