import Foundation
import KernelConfig
import Model
import Testing

@Suite struct LossTests {
  // NAME.config asks, NAME.dotconfig is what `conf --allnoconfig` and `--olddefconfig` of Linux 6.1 wrote for it (with
  // ARCH and SRCARCH s390, srctree the made-up tree, KCONFIG_ALLCONFIG the merged text), NAME.lost is what to say.
  @Test(arguments: ["bare", "lit", "modules"]) func `what conf drops is told with its reason`(_ name: String) throws {
    let fragment = try ConfigFragment(parsing: try Fixtures.bytes("requests/\(name).config"), name: "\(name).config")
    let merged = ConfigRequest.merge([fragment], for: try #require(try Fixtures.version()))
    let final = try FinalConfig(parsing: try Fixtures.bytes("requests/\(name).dotconfig"), name: ".config")
    let told = try findLost(merged, in: final, tree: Fixtures.tree).map { describe($0) }
    let expected = String(decoding: try Fixtures.bytes("requests/\(name).lost"), as: UTF8.self)
    #expect(told == expected.split(separator: "\n").map(String.init))
  }

  @Test func `nothing is lost when every value survived`() throws {
    let fragment = "CONFIG_SMP=y\nCONFIG_LAMP=m\nCONFIG_NR_CPUS=4\nCONFIG_BASE_ADDRESS=0xff\n# CONFIG_PCI is not set\n"
    let config = "CONFIG_SMP=y\nCONFIG_LAMP=m\nCONFIG_NR_CPUS=4\nCONFIG_BASE_ADDRESS=0xFF\n"
    #expect(try Fixtures.lost(fragment, config).isEmpty)
    #expect(try Fixtures.lost("CONFIG_BASE_ADDRESS=10\n", "CONFIG_BASE_ADDRESS=0x10\n").isEmpty)
    #expect(try Fixtures.lost("# CONFIG_PCI is not set\n", "# CONFIG_PCI is not set\n").isEmpty)
  }

  @Test func `the tree is not read when nothing is lost`() throws {
    let merged = ConfigRequest.merge([], for: KernelVersion(major: 6, minor: 1))
    let final = try FinalConfig(parsing: [], name: ".config")
    #expect(try findLost(merged, in: final, tree: "/nonexistent").isEmpty)
  }

  @Test func `a lost option has both values and its place`() throws {
    let lost = try Fixtures.lost("# Lamps\nCONFIG_LAMP=m\nCONFIG_PCI=y\n", "CONFIG_LAMP=y\n")
    #expect(lost.map(\.option) == ["LAMP", "PCI"])
    #expect(lost.map(\.wanted) == [.module, .yes])
    #expect(lost.map(\.got) == [.yes, nil])
    #expect(lost.map(\.line) == [2, 3])
    #expect(lost.map(\.fragment) == ["a.config", "a.config"])
    #expect(lost.map(\.reason) == [.modulesOff, .other])
  }

  @Test func `an option that is lower than asked for is lost`() throws {
    let lost = try Fixtures.lost("CONFIG_LAMP=y\n", "CONFIG_LAMP=m\nCONFIG_LAMP_API=y\nCONFIG_MODULES=y\n")
    #expect(lost.map(\.got) == [.module])
  }

  @Test func `a choice's condition counts for its members before Linux 6.11 only`() throws {
    let old = try Fixtures.lost("CONFIG_MARCH_Z13=y\n", "CONFIG_MARCH_Z10=y\n")
    let new = try Fixtures.lost("CONFIG_MARCH_Z13=y\n", "CONFIG_MARCH_Z10=y\n", for: KernelVersion("6.12"))
    let need = UnmetNeed(condition: "EXPERT", state: "is n, asked for nowhere")
    #expect(old.map(\.reason) == [.needs([need])])
    #expect(new.map(\.reason) == [.choice(instead: "MARCH_Z10", place: nil)])
  }

  @Test func `another architecture has other reasons`() throws {
    let fragment = try ConfigFragment(parsing: Array("CONFIG_S390_LAMP=y\nCONFIG_LAMP_SBUS=y\n".utf8), name: "a.config")
    let merged = ConfigRequest.merge([fragment], for: KernelVersion(major: 6, minor: 1))
    let final = try FinalConfig(parsing: Array("CONFIG_SPARC=y\n".utf8), name: ".config")
    let lost = try findLost(merged, in: final, tree: Fixtures.tree, architecture: "sparc")
    #expect(lost.map(\.reason) == [.otherArchitectures(["s390"]), .other])
  }

  @Test func `what only implies an option does not keep it up`() throws {
    let config = "CONFIG_EXPERT=y\nCONFIG_HAVE_LAMP_TRACER=y\nCONFIG_LAMP_SANITIZER=y\nCONFIG_LAMP_TRACER=y\n"
    let lost = try Fixtures.lost("# CONFIG_LAMP_TRACER is not set\n", config)
    #expect(lost.map(\.reason) == [.other])
  }

  @Test func `a known new name comes before similar ones`() throws {
    let tree = try ScratchTree([
      "Kconfig": """
      config STRICT_KERNEL_RWX
      \tbool "new"
      config DEBUG_RODAT
      \tbool "similar"
      config DWARF4
      \tbool "other"
      """
    ])
    let text = "CONFIG_DEBUG_RODATA=y\nCONFIG_DEBUG_RODAX=y\nCONFIG_DWARF5=y\n"
    let fragment = try ConfigFragment(parsing: Array(text.utf8), name: "a")
    let merged = ConfigRequest.merge([fragment], for: KernelVersion(major: 6, minor: 1))
    let lost = try findLost(merged, in: try FinalConfig(parsing: [], name: "b"), tree: tree.root.path)
    #expect(
      lost.map { describe($0) } == [
        "CONFIG_DEBUG_RODATA=y (a:1): not in Linux 6.1.0, where it is STRICT_KERNEL_RWX",
        "CONFIG_DEBUG_RODAX=y (a:2): not in Linux 6.1.0; is DEBUG_RODAT meant?",
        "CONFIG_DWARF5=y (a:3): not in Linux 6.1.0",
      ])
  }

  @Test func `the first 200 are explained`() throws {
    let fragment = (0..<300).map { "CONFIG_NO_\($0)=y\n" }.joined()
    let lost = try Fixtures.lost(fragment, "")
    #expect(lost.count == 300)
    #expect(lost.count { $0.reason == .notExamined } == 100)
    #expect(lost.last.map { describe($0).hasSuffix("too many were lost to look for the reason") } == true)
  }

  @Test func `a description stays on one line`() throws {
    let lost = try Fixtures.lost("CONFIG_LABEL=\"a\"\n", "CONFIG_LABEL=\"\u{1B}[2J\u{2028}b\"\n")
    #expect(lost.map { describe($0) }.first?.contains("\\u{1b}[2J\\u{2028}b") == true)
  }
}
