import Testing

@testable import Dmesg

@Suite struct TraceEntryTests {
  private func parse(_ text: String) -> TraceEntry? { TraceEntry(parsing: bytes(text)) }

  @Test(arguments: [
    "[<000003ff80137780>] f+0x58/0x158 [vfio]", " f+0x58/0x158 [vfio]",
    "[<ffffffff81d03a1d>] f+0x58/0x124 [vfio abc123]", "[] f+0x58/0x158 [vfio]",
    "f (drivers/vfio/main.c:12 (discriminator 2)) vfio", "[<000003ff80137780>] f (drivers/vfio/main.c:12) [vfio]",
  ])
  func `an entry has its symbol and module`(_ text: String) throws {
    let entry = try #require(parse(text))
    #expect(entry.name.string == "f")
    #expect(entry.module?.string == "vfio")
    #expect(entry.isReliable)
  }

  @Test(arguments: ["([<000003ff80137780>] f+0x58/0x158)", "? f+0x58/0x158", "[<ffffffff81d03a1d>] ? f+0xc1/0x124"])
  func `an unsure entry is unreliable`(_ text: String) throws {
    #expect(try #require(parse(text)).isReliable == false)
  }

  @Test(arguments: ["[<0000038010c4b648>] 0x38010c4b648", "[<(null)>] 0x0", "[<0000000000000200>] 0x200"])
  func `an address without a symbol has no name`(_ text: String) throws {
    #expect(try #require(parse(text)).name.isEmpty)
  }

  @Test func `an arm entry names callee and caller`() throws {
    let entry = try #require(parse("[<8010e300>] (show_stack) from [<8018de80>] (rcu_check_callbacks+0x7a0/0x7a8)"))
    #expect(entry.name.string == "show_stack")
    #expect(entry.caller?.string == "rcu_check_callbacks")
  }

  @Test func `an inlined entry has its source`() throws {
    let entry = try #require(parse("[<     inline     >] __dump_stack lib/dump_stack.c:15 [inline]"))
    #expect(entry.name.string == "__dump_stack")
    #expect(entry.source?.string == "lib/dump_stack.c:15")
  }

  @Test(arguments: [
    "Modules linked in: vfio", "usb 1-1: new device", "pci 0004:00:00.0: Removing", "hello (world)", "",
  ])
  func `other lines are no entries`(_ text: String) {
    #expect(parse(text) == nil)
  }

  @Test(arguments: ["[<000003ff80137780>]", "[<000003ff80137780>] f+0x5", "[<000003ff80137780>] f+0x58/0x"])
  func `a cut entry says so`(_ text: String) throws {
    #expect(try #require(parse(text)).isIncomplete)
  }

  @Test func `a PSW of 31 bits is read`() throws {
    guard
      case .programCounter(let entry, .s390x) = BodyLine.classify(
        bytes("Krnl PSW : 040c0000 801727ea (f+0x18e/0x1c4)"))
    else { return #expect(Bool(false), "no PSW line") }
    #expect(try #require(entry).name.string == "f")
  }

  @Test func `a PSW without a symbol names nobody`() {
    guard
      case .programCounter(nil, .s390x) = BodyLine.classify(
        bytes("Krnl PSW : 0404c00180000000 0000000000000002 (0x2)"))
    else { return #expect(Bool(false), "a name out of nothing") }
  }

  @Test(arguments: [
    ("CPU: 38 PID: 2812 Comm: CPU 0/KVM Not tainted 5.6.0+ #354", "CPU 0/KVM", nil, "5.6.0+"),
    ("CPU: 0 UID: 0 PID: 57 Comm: a: b Tainted: G        W   E   6.12.1 #1", "a: b", "G        W   E", "6.12.1"),
    ("Pid: 1, comm: init Not tainted 3.2.0 #1", "init", nil, "3.2.0"),
    ("CPU: 0 UID: 0 PID: 5 Comm: ksm01 Kdump: loaded Not tainted 6.15.0-rc6+ #8 NONE", "ksm01", nil, "6.15.0-rc6+"),
  ])
  func `a task line is read`(_ text: String, _ comm: String, _ taint: String?, _ release: String) throws {
    let context = try #require(TaskContext(cpuLine: bytes(text)))
    #expect(context.comm == comm)
    #expect(context.taint == taint)
    #expect(context.release == release)
  }
}
