import Foundation
import Model
import Testing

@testable import KernelConfig

@Suite struct HostileTreeTests {
  private func read(_ files: [String: String]) throws -> KconfigTree {
    let folder = try ScratchTree(files)
    return try KconfigTree(root: folder.root.path, architecture: "s390")
  }

  private static let option = "config FOUND\n\tbool \"found\"\n"

  @Test func `a file that sources itself is read once`() throws {
    let tree = try read(["Kconfig": "source \"Kconfig\"\n\(Self.option)"])
    #expect(tree.symbols["FOUND"]?.definitions.count == 1)
    #expect(tree.complaints == ["Kconfig: sources itself"])
  }

  @Test func `a ring of files ends`() throws {
    let tree = try read([
      "Kconfig": "source \"a/b\"\n", "a/b": "source \"a/c\"\n\(Self.option)", "a/c": "source \"a/b\"\n",
    ])
    #expect(tree.symbols["FOUND"]?.definitions.count == 1)
    #expect(tree.complaints == ["a/b: sources itself"])
  }

  // Each file sources the next one ten times: ten thousand million, if nobody counted.
  @Test func `files that multiply are cut off`() throws {
    var files = ["Kconfig": Self.option + "source \"f0\"\n"]
    for index in 0..<10 { files["f\(index)"] = String(repeating: "source \"f\(index + 1)\"\n", count: 10) }
    files["f10"] = "\n"
    let tree = try read(files)
    #expect(tree.symbols["FOUND"] != nil)
    #expect(tree.complaints.contains { $0.hasSuffix("is one file too many") })
    #expect(tree.complaints.count <= 100)
  }

  @Test func `a long chain of files is cut off`() throws {
    var files = ["Kconfig": Self.option + "source \"f0\"\n"]
    for index in 0..<60 { files["f\(index)"] = "source \"f\(index + 1)\"\nconfig F\(index)\n\tbool\n" }
    let tree = try read(files)
    #expect(tree.symbols["F30"] != nil)
    #expect(tree.symbols["F40"] == nil)
    #expect(tree.complaints.contains { $0.hasSuffix("is sourced too deeply") })
  }

  @Test(arguments: [
    "../outside/Kconfig", "/etc/passwd", "a/../../outside/Kconfig", "./Kconfig.x", "a//b", "link/Kconfig", "direct",
  ])
  func `no name leads out of the tree`(_ path: String) throws {
    let outside = try ScratchTree(["Kconfig": "config SECRET\n\tbool \"secret\"\n"])
    let folder = try ScratchTree([
      "tree/Kconfig": "source \"\(path)\"\n\(Self.option)", "outside/Kconfig": "config SECRET\n",
    ])
    let root = folder.root.appending(path: "tree")
    let files = FileManager.default
    try files.createSymbolicLink(at: root.appending(path: "link"), withDestinationURL: outside.root)
    try files.createSymbolicLink(
      at: root.appending(path: "direct"), withDestinationURL: outside.root.appending(path: "Kconfig"))
    let tree = try KconfigTree(root: root.path, architecture: "s390")
    #expect(tree.symbols.keys.sorted() == ["FOUND"])
    #expect(tree.complaints.count == 1)
    #expect(tree.complaints.first?.hasPrefix(path + ": ") == true)
  }

  @Test(arguments: ["missing/Kconfig", "folder", "fifo", "huge"])
  func `what cannot be read is passed over`(_ path: String) throws {
    let folder = try ScratchTree(["Kconfig": "source \"\(path)\"\n\(Self.option)", "folder/x": ""])
    #expect(mkfifo(folder.root.appending(path: "fifo").path, 0o600) == 0)
    try folder.write("huge", Data(repeating: 0x0A, count: (4 << 20) + 1))
    let tree = try KconfigTree(root: folder.root.path, architecture: "s390")
    #expect(tree.symbols["FOUND"] != nil)
    #expect(tree.complaints.count == 1)
  }

  @Test func `an option may be in what could not be read`() throws {
    let folder = try ScratchTree(["Kconfig": "source \"missing\"\n\(Self.option)"])
    let fragment = try ConfigFragment(parsing: Array("CONFIG_OTHER=y\n".utf8), name: "a")
    let merged = ConfigRequest.merge([fragment], for: KernelVersion(major: 6, minor: 1))
    let lost = try findLost(merged, in: try FinalConfig(parsing: [], name: "b"), tree: folder.root.path)
    let told = "CONFIG_OTHER=y (a:1): not in Linux 6.1.0 (not read: missing: No such file or directory)"
    #expect(lost.map { describe($0) } == [told])
  }

  @Test func `a tree without Kconfig is the lab's failure`() {
    #expect(throws: LabError.self) { try self.read(["Makefile": ""]) }
    #expect(throws: LabError.self) { try self.read(["Kconfig": "# nothing\n"]) }
    #expect(throws: LabError.self) { try KconfigTree(root: "/nonexistent", architecture: "s390") }
  }

  @Test func `a huge line, NULs and bytes that are no text are passed over`() throws {
    let folder = try ScratchTree([:])
    let huge = Data("if ".utf8) + Data(repeating: 0x41, count: 1 << 20) + Data("\nendif\n".utf8)
    let noise =
      Data([0x00, 0xFF, 0xFE, 0x0A, 0x00, 0x0A]) + Data("con\0fig X\nconfig\nconfig \0\nselect\nsource\n\tif\n".utf8)
    try folder.write("Kconfig", Data("endmenu\nendif\n".utf8) + huge + noise + Data("endif\n\(Self.option)".utf8))
    let tree = try KconfigTree(root: folder.root.path, architecture: "s390")
    #expect(tree.symbols.keys.sorted() == ["FOUND"])
  }

  @Test func `blocks that are nested too deeply end the reading`() throws {
    let tree = try read(["Kconfig": Self.option + String(repeating: "if A\n", count: 100_000) + "config DEEP\n\tbool\n"]
    )
    #expect(tree.symbols.keys.sorted() == ["FOUND"])
    #expect(tree.complaints == ["Kconfig: has too many blocks; nothing behind them is read"])
  }

  @Test func `blocks end with their file`() throws {
    let tree = try read(["Kconfig": "source \"a\"\nendif\nconfig FOUND\n\tbool \"x\"\n", "a": "if A\nmenu \"x\"\n"])
    #expect(tree.symbols["FOUND"]?.definitions.map(\.block) == [nil])
  }

  @Test(arguments: [("(", ")"), ("!(", ")"), ("!", ""), ("A && (B || ", ")"), ("A = (", "")])
  func `a condition that is nested too deeply is unknown`(_ open: String, _ close: String) {
    for count in [1000, 1900] {
      let text = String(repeating: open, count: count) + "A" + String(repeating: close, count: count)
      let tokens = KconfigToken.read(Array(text.utf8)[...], KconfigVariables(architecture: "s390"))
      let description = KconfigExpression(tokens)?.description
      #expect(description == nil || description?.contains("(...)") == true)
    }
  }

  @Test func `options that need one another are explained`() throws {
    let kconfig = """
      config A
      \tbool "a"
      \tdepends on B
      config B
      \tbool "b"
      \tdepends on C
      config C
      \tbool
      \tdefault A
      config D
      \tbool
      config E
      \tbool
      \tselect D if F
      config F
      \tbool
      \tselect E
      \tdepends on D
      """
    let folder = try ScratchTree(["Kconfig": kconfig])
    let fragment = try ConfigFragment(parsing: Array("CONFIG_A=y\nCONFIG_B=y\nCONFIG_D=y\n".utf8), name: "a")
    let merged = ConfigRequest.merge([fragment], for: KernelVersion(major: 6, minor: 1))
    let lost = try findLost(merged, in: try FinalConfig(parsing: [], name: "b"), tree: folder.root.path)
    #expect(lost.count == 3)
    #expect(lost.first.map { describe($0).contains("needs B (is n, though asked for in a:2), which needs C") } == true)
  }

  @Test func `random bytes never crash`() throws {
    var numbers = Numbers(state: 1)
    let words = [
      "config A", "menu", "if A", "endif", "choice", "endchoice", "\tbool \"x\" if", "\thelp", "\\", "source \"a\"",
      "(",
    ]
    for _ in 0..<50 {
      let pieces = (0..<200).map { _ in
        let word = words.randomElement(using: &numbers) ?? ""
        let end = Bool.random(using: &numbers) ? 0x0A : UInt8.random(in: 0...127, using: &numbers)
        return word + String(UnicodeScalar(end))
      }
      let tree = try read(["Kconfig": Self.option + "\n" + pieces.joined(), "a": "endif\nconfig B\n"])
      #expect(tree.symbols["FOUND"] != nil)
    }
  }
}

/// The same numbers at each run (Vigna's SplitMix64).
private struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
