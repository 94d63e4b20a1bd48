import Foundation
import Testing

@testable import KernelConfig

@Suite struct KconfigTests {
  private func statements(_ text: String) -> [String] {
    var lines = KconfigLines(Array(text.utf8))
    var result: [String] = []
    while let statement = lines.next() {
      let rest = String(decoding: statement.rest, as: UTF8.self).split(separator: " ").joined(separator: " ")
      result.append(rest.isEmpty ? statement.word : statement.word + " " + rest)
    }
    return result
  }

  @Test func `help ends where the indentation does`() {
    let text =
      "config A\n\tbool\n\thelp\n\n\t  config B\n\t    if C\n\n\t  More.\n\tdefault y\n        help\n\t One.\nif D\n"
    #expect(statements(text) == ["config A", "bool", "help", "default y", "help", "if D"])
    #expect(statements("help\n# text\nconfig A\n") == ["help", "config A"])
    #expect(statements("\t---help---\n\t  config B\nconfig A") == ["---help---", "config A"])
  }

  @Test func `a backslash continues a line, comments are none`() {
    #expect(statements("if A && \\\n  B || \\\n C\nendif") == ["if A && B || C", "endif"])
    #expect(statements("# if A \\\nendif\n") == ["endif"])
    #expect(statements("if A \\") == ["if A"])
    #expect(statements("if \(String(repeating: "A && \\\n", count: 20_000))B\nendif\n") == ["endif"])
  }

  @Test(arguments: [
    ("A", "A"), ("A && B || !C", "(A && B) || !C"), ("A&&(B||C)", "A && (B || C)"), ("!(A || B)", "!(A || B)"),
    ("A = y", "A=y"), ("A!=\"x y\" && B", "A!=\"x y\" && B"), ("!A = n", "!A=n"),
    ("64BIT && A >= 0x10", "64BIT && A>=0x10"),
    ("$(cc-option,-m(a b)) && A", "$(cc-option,-m(a b)) && A"), ("\"$(ARCH)\" = \"s390\"", "\"s390\"=\"s390\""),
    ("A # && B", "A"), ("((A))", "A"),
  ])
  func `a condition is read`(_ text: String, _ meaning: String) throws {
    let tokens = KconfigToken.read(Array(text.utf8)[...], KconfigVariables(architecture: "s390"))
    #expect(try #require(KconfigExpression(tokens)).description == meaning)
  }

  @Test(arguments: ["", "&&", "A &&", "(A", "A)", "A B", "A =", "= A", "!", "()", "A || && B"])
  func `what is no condition is none`(_ text: String) {
    let tokens = KconfigToken.read(Array(text.utf8)[...], KconfigVariables(architecture: "s390"))
    #expect(KconfigExpression(tokens) == nil)
  }

  @Test(arguments: [
    ("Y", 2, 2), ("M", 1, 1), ("N", 0, 0), ("NOWHERE", 0, 0), ("y", 2, 2), ("m", 1, 1), ("n", 0, 0), ("\"y\"", 2, 2),
    ("!Y", 0, 0), ("!M", 1, 1), ("!N", 2, 2), ("Y && M", 1, 1), ("M || N", 1, 1), ("M || Y && N", 1, 1),
    ("M=m", 2, 2), ("M!=y", 2, 2), ("N=n", 2, 2), ("NOWHERE=n", 0, 0), ("M<Y", 2, 2), ("Y<=M", 0, 0), ("N<M", 2, 2),
    ("INT=8", 2, 2), ("INT>9", 0, 0), ("INT<0x10", 2, 2), ("HEX=16", 2, 2), ("HEX>=INT", 2, 2),
    ("STRING=\"a b\"", 2, 2), ("STRING!=\"a\"", 2, 2), ("STRING", 0, 0), ("\"$(ARCH)\"=\"s390\"", 2, 2),
    ("$(x)", 0, 2), ("!$(x)", 0, 2), ("$(x) && N", 0, 0), ("$(x) || Y", 2, 2), ("$(x) || M", 1, 2), ("$(x)=y", 0, 2),
  ])
  func `a condition comes to what conf makes of it`(_ text: String, _ low: Int, _ high: Int) throws {
    let kconfig = """
      config MODULES
      \tbool
      config Y
      \ttristate
      config M
      \ttristate
      config N
      \ttristate
      config INT
      \tint
      config HEX
      \thex
      config STRING
      \tstring
      """
    let folder = try ScratchTree(["Kconfig": kconfig])
    let config = "CONFIG_MODULES=y\nCONFIG_Y=y\nCONFIG_M=m\nCONFIG_INT=8\nCONFIG_HEX=0x10\nCONFIG_STRING=\"a b\"\n"
    let scope = KconfigScope(
      tree: try KconfigTree(root: folder.root.path, architecture: "s390"),
      final: try FinalConfig(parsing: Array(config.utf8), name: ".config"), version: KernelVersion(major: 6, minor: 1))
    let value = scope.evaluate(scope.tree.dependency(Array(text.utf8)[...]))
    #expect(value.low.rawValue == low)
    #expect(value.high.rawValue == high)
  }

  @Test func `conditions are inherited from the blocks around`() throws {
    let tree = try KconfigTree(root: Fixtures.tree, architecture: "s390")
    let final = try FinalConfig(parsing: [], name: ".config")
    let scope = KconfigScope(tree: tree, final: final, version: KernelVersion(major: 6, minor: 1))
    func conditions(_ name: String, forPrompt: Bool = true) throws -> [String] {
      let definition = try #require(tree.symbols[name]?.definitions.first)
      return scope.conditions(of: definition, forPrompt: forPrompt).map(\.description)
    }
    #expect(try conditions("LAMP_PCI") == ["LAMP", "PCI", "MMU"])
    #expect(try conditions("LAMP_DIMMER") == ["LAMP", "LAMP_PCI", "SMP || SPARC"])
    #expect(try conditions("LAMP_OIL") == ["EXPERT"])
    #expect(try conditions("LAMP_OIL", forPrompt: false) == [])
    #expect(try conditions("MARCH_Z13") == ["EXPERT"])
    #expect(try conditions("PRINTK") == ["EXPERT"])
    #expect(try conditions("LAMP_BULB") == [])
    #expect(try conditions("LAMP_TRACER") == ["HAVE_LAMP_TRACER", "EXPERT"])
  }

  @Test func `the made-up tree is read whole`() throws {
    let tree = try KconfigTree(root: Fixtures.tree, architecture: "s390")
    #expect(tree.complaints == [])
    #expect(tree.files.contains("arch/s390/Kconfig.shared"))
    #expect(tree.symbols["NOT_AN_OPTION"] == nil)
    #expect(tree.symbols["X86"] == nil)
    #expect(tree.symbols["LAMP_BULB"]?.hasPrompt == false)
    #expect(tree.symbols["LAMP_BULB"]?.setters.map(\.name).sorted() == ["LAMP_PCI", "S390"])
    #expect(tree.symbols["LAMP_TRACER"]?.setters.map(\.isSelect) == [false])
    #expect(tree.symbols["LAMP_TWICE"]?.definitions.count == 2)
    #expect(tree.symbols["S390"]?.kind == .bool)
    #expect(tree.symbols["PRINTK"]?.kind == .bool)
  }
}
