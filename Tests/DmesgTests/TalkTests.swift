import Model
import Testing

@testable import Dmesg

/// The words of reports in what people write: mails, patches, documentation, scripts. None of it is a report.
@Suite struct TalkTests {
  /// Every headline's wording, its holes filled.
  private static let wordings: [String] =
    ReportPattern.all.map(\.pattern.wording).map { wording in
      wording.replacing("{function}", with: "foo_bar+0x12/0x40").replacing("{*}", with: "xyz").replacing(
        "{}", with: "foo")
    } + [
      "WARNING: CPU: 1 PID: 77 at drivers/a.c:12 foo+0x1/0x2", "WARNING: drivers/a.c:12 at foo+0x1/0x2, CPU#1: sh/12",
      "DEBUG_LOCKS_WARN_ON(lock->magic != lock);", "illegal operation: 0001 ilc:1 [#1] SMP",
      "HFP overflow exception: 000c ilc:2 [#1]SMP", "Oops: 0000 [#1] SMP",
      "INFO: task foo:123 blocked for more than 120 seconds.", "Kernel stack overflows are hard to find",
      "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [foo:12]", "list_add corruption. prev->next should be next",
    ]

  private static let forms = [
    "+\tpr_err(\"%s\\n\");", "-\tprintk(KERN_ERR \"%s\\n\", a, b);", " \tpanic(\"%s\");", " * %s", "\t/* %s */",
    "+\t// %s",
    "This fixes the \"%s\" report that a bot found.", "We see %s when the device goes away.",
    "Subject: [PATCH] foo: Fix %s",
    "1a2b3c4d5e6f foo: fix %s", "``%s`` is printed when a lock is held.", "dmesg | grep -q \"%s\" && exit 1",
    "    re.compile(r'%s'),", "Fixes: 1a2b3c4d5e6f (\"foo: avoid %s\")", " - %s", "> Did you see \"%s\" too?",
    ">> foo: fix %s", "| `%s` | yes |", "<td>%s</td>", "Link: https://example.org/%s", "Reported-by: bot <a@b>  # %s",
    "foo: bar: hit %s again", "# ok 3 no %s in dmesg", "not ok 3 - %s seen", "echo \"%s\" > /dev/kmsg",
    "  - pattern: \"%s\"", "TODO: decide about %s", "Problem: %s",
    "the kernel says \"%s\", and then",
  ]

  @Test(arguments: forms)
  func `no wording in it is a finding`(form: String) {
    let lines = Self.wordings.map {
      form.replacing("%s", with: $0) + "\n\nSome other text stands here,\nand goes on.\n"
    }
    let found = findings(in: Array(lines.joined(separator: "\n").utf8)).findings
    #expect(found.map(\.message).isEmpty, "\(found.map(\.message))")
  }

  @Test func `code that checks is none`() {
    let patch =
      " \tif (lock)\n \t\tDEBUG_LOCKS_WARN_ON(lock->magic != lock);\n+\tDEBUG_LOCKS_WARN_ON(!count);\n \treturn;\n"
    #expect(findings(in: Array(patch.utf8)).findings.map(\.message).isEmpty)
  }

  /// The control: the same words as a kernel prints them are findings.
  @Test func `with a stamp they are reports`() {
    let logs = [
      "DEBUG_LOCKS_WARN_ON(lock->magic != lock)",
      "illegal operation: 0001 ilc:1 [#1] SMP", "INFO: task foo:123 blocked for more than 120 seconds.",
    ]
    for line in logs { #expect(findings(in: Array("[    1.000000] \(line)\n".utf8)).findings.count == 1) }
  }
}
