import Testing

@testable import Symbolizer

@Suite struct PartsTests {
  @Test func `an answer has inlined functions first`() {
    let output = """
      0x0000000000100009
      low
      /src/a.h:4
      mid
      /src/a.c:11 (discriminator 2)
      0x0000000000100021
      ??
      ??:?

      """
    let chains = CodeLine.chains(Array(output.utf8), of: [0x100009, 0x100021])
    #expect(chains[0x100009]?.map(\.function) == ["low", "mid"])
    #expect(chains[0x100009]?.map(\.file) == ["/src/a.h", "/src/a.c"])
    #expect(chains[0x100009]?.map(\.line) == [4, 11])
    #expect(chains[0x100021]?.map(\.function) == [nil])
    #expect(chains[0x100021]?.map(\.file) == [nil])
  }

  @Test func `a name that looks like the next answer is not taken for another one`() {
    let output = "0x10\nf\nf.c:1\n0x30\ng.c:2\n0x20\nh\nh.c:3\n"
    let chains = CodeLine.chains(Array(output.utf8), of: [0x10, 0x20, 0x30])
    #expect(chains[0x20]?.map(\.function) == ["h"])
    #expect(chains[0x30] == nil)
  }

  @Test func `a function that was split is told once, with the inner line`() {
    let output = "0x10\ng\ng.c:1\nf\nf.c:9\nf\nf.c:2\nh\nh.c:3\n"
    let chain = CodeLine.chains(Array(output.utf8), of: [0x10])[0x10]
    #expect(chain?.map(\.function) == ["g", "f", "h"])
    #expect(chain?.map(\.line) == [1, 9, 3])
  }

  @Test(arguments: ["", "0x10", "0x10\n", "0x10\nf", "\n\n\n", "0x\n0x10\n\n:\n", "0x10\nf\n:99999999999999999999\n"])
  func `cut answers know nothing`(text: String) {
    let lines = CodeLine.chains(Array(text.utf8), of: [0x10]).values.joined()
    #expect(lines.allSatisfy { $0.line == 0 && $0.file == nil })
  }

  @Test func `paths lose the tree's folder, whatever builds made of it`() {
    var paths = SourcePaths()
    paths.learn("panic", isIn: "/build/obj/../linux/kernel/panic.c")
    paths.learn("system_call", isIn: "/elsewhere/linux/arch/s390/kernel/entry.S")
    paths.learn("schedule", isIn: "/wrong/panic.c")
    #expect(paths.inTree("/build/obj/../linux/./drivers/iommu/iommu.c") == "drivers/iommu/iommu.c")
    #expect(paths.inTree("/elsewhere/linux/arch/s390/kernel/reipl.S") == "arch/s390/kernel/reipl.S")
    #expect(paths.inTree("/wrong/drivers/a.c") == "/wrong/drivers/a.c")
    #expect(paths.inTree("/build/linuxer/a.c") == "/build/linuxer/a.c")
    #expect(paths.inTree("../../a/../b.c") == "../../b.c")
  }

  @Test func `numbers are read in both byte orders and never beyond the end`() throws {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    let little = try #require(ELFFields(class: 1, order: 1)), big = try #require(ELFFields(class: 2, order: 2))
    #expect(little.number(bytes, at: 0, 4) == 0x0403_0201)
    #expect(big.number(bytes, at: 0, 8) == 0x0102_0304_0506_0708)
    #expect(big.number(bytes[4...], at: 2, 2) == 0x0708)
    #expect(
      big.number(bytes, at: 5, 4) == 0 && big.number(bytes, at: -1, 4) == 0 && big.number(bytes, at: .max, 4) == 0)
    #expect(ELFFields(class: 3, order: 1) == nil && ELFFields(class: 1, order: 0) == nil)
  }
}
