import Model
import Testing

@testable import Dmesg

@Suite struct FirstLineTests {

  @Test(
    arguments: [
      ("WARNING: CPU: 1 PID: 77 at fs/a.c:12 f+0x1/0x2", "fs/a.c:12", "f"),
      ("WARNING: CPU: 1 PID: 77 at fs/a.c:12 f+0x1/0x2 [ext4]", "fs/a.c:12", "f"),
      ("WARNING: CPU: 1 PID: 77 at f+0x1/0x2", nil, "f"),
      ("WARNING: at fs/a.c:12 f+0x1/0x2()", "fs/a.c:12", "f"),
      ("WARNING: fs/a.c:12 at f+0x1/0x2, CPU#1: sh/61", "fs/a.c:12", "f"),
      ("WARNING: fs/a.c:12 at f+0x1/0x2 [a b0123456789abcdef0123456789abcdef01234567], CPU#1: sh/61", "fs/a.c:12", "f"),
      ("WARNING: [!look at this(b) at c.h:1 at d] fs/a.c:12 at f+0x1/0x2, CPU#1: a at b/61", "fs/a.c:12", "f"),
      ("WARNING: [x[0] == ']'] fs/a.c:12 at f+0x1/0x2 [m] fs/a.c:11, CPU#1: sh/61", "fs/a.c:12", "f"),
      ("WARNING: fs/a.c:12 at 0xffff800012345678, CPU#1: sh/61", "fs/a.c:12", nil),
      ("WARNING: at 0x3ff80137780, CPU#1: sh/61", nil, nil),
      ("WARNING: at f+0x1/0x2 [m]", nil, "f"),
      ("WARNING: fs/a.c:12 at g fs/b.h:3 [inline], CPU#1: sh/61", "fs/a.c:12", "g"),
    ] as [(String, String?, String?)])
  func `a warning has its place and function`(_ text: String, _ place: String?, _ function: String?) throws {
    let line = try #require(WarningLine(bytes(text)))
    #expect(line.place?.string == place)
    #expect(line.function?.name.string == function)
  }

  @Test(arguments: [
    "WARNING: line over 80 characters at end", "WARNING: at least one of these", "WARNING: CPU: usage at 100%",
    "WARNING: modpost: vmlinux.o(.text+0x12): Section mismatch in reference from f() to g()",
    "WARNING: drivers/widget/core.c:123 at some point", "WARNING: Documentation/a.rst:12: Unknown target",
    "WARNING: drivers/a.c:12: this is deprecated at f+0x1", "WARNING: at 12:30 the server goes down",
    "WARNING: [pool www] server reached pm.max_children at 5", "WARNING: CPU: 0 at full speed",
  ])
  func `other warnings are none of the kernel's`(_ text: String) {
    #expect(WarningLine(bytes(text)) == nil)
  }

  @Test(arguments: [
    ("fixpoint divide exception: 0009 ilc:2 [#1]SMP ", "fixpoint divide exception"),
    ("Unknown program exception: 0041 ilc:2 [#3] PREEMPT SMP", "Unknown program exception"),
    ("some new check of 2031: 00f1 ilc:3 [#1]SMP somebody else's line", "some new check of 2031"),
    ("specification exception: 0006 [#1] SMP", "specification exception"),
    ("int3: 0000 [#1] PREEMPT SMP", "int3"), ("Oops: int3: 0000 [#1] SMP", "int3"),
  ])
  func `the kernel dies of any reason`(_ text: String, _ reason: String) throws {
    #expect(try #require(DieLine(bytes(text))).reason.string == reason)
  }

  @Test(arguments: [
    "User process fault: interruption code 0011 ilc:3 in libc.so.6[3ff80000000+1000]", "Oops: 0004 ilc:2 [#1] SMP",
    "fix: 0001 [#1] is the first of two", "commit: abcd [#12345", ": 0001 ilc:2 [#1]", "a: b: 12 [#1]",
  ])
  func `other lines with a number are no death`(_ text: String) {
    #expect(DieLine(bytes(text)) == nil)
  }

  @Test(arguments: [
    "[   12.000001] WARNING: CPU: 1 PID: 121221 at|drivers/widget/core.c:123 f+0x1/0x2",
    "[   12.000001] WARNING: CPU: 1 PID: 77 at drivers/widget/widget_core.c:123|f+0x1/0x2",
    "[   12.000001] WARNING: drivers/widget/widget_core.c:123|at f+0x1/0x2, CPU#1: sh/61",
    "[   12.000001] BUG: sleeping function called from|invalid context at drivers/widget/core.c:591",
    "[   12.000001] BUG: KASAN: slab-use-after-free in|f+0x1/0x2",
    "[   12.000001] Unable to handle kernel pointer dereference in virtual|kernel address space",
    "[   12.000001] WARNING: possible circular locking|dependency detected",
    "[   12.000001] INFO: task kworker/0:1:12 blocked for|more than 122 seconds.",
    "[   12.000001] Kernel panic - not|syncing: Attempted to kill init! exitcode=0x0000000b",
  ])
  func `a headline that a mailer broke is one line again`(_ text: String) throws {
    let broken = text.replacing("|", with: "\n"), whole = text.replacing("|", with: " ")
    let expected = findings(in: Array("\(whole)\n".utf8)).findings
    let found = findings(in: Array("> \(broken.replacing("\n", with: "\n> "))\n".utf8)).findings
    #expect(!expected.isEmpty)
    #expect(found.map(\.title) == expected.map(\.title))
    #expect(found.map(\.message) == expected.map(\.message))
  }
}
