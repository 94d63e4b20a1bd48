import Reports
import Testing

struct RedactionTests {
  private func redact(
    _ text: String, as format: Redaction.Format = .text, hosts: [String] = ["lpar1.pok.example.com", "ci-7"],
    users: [String] = ["alice", "root"]
  ) -> String {
    var redaction = Redaction(hosts: hosts, users: users)
    return redaction.redact(text, as: format)
  }

  @Test(
    "names and addresses of machines and people are replaced",
    arguments: [
      ("on lpar1: oops", "on host-1: oops"),
      ("lpar1.pok.example.com, LPAR1 and ci-7.", "host-1, host-1 and host-2."),
      ("pok.example.com", "host-1"),
      ("ci-7.lab.example.org:9", "host-1:9"),
      ("alice@lpar1 /home/bob/linux and /home/alice", "user-1@host-1 /home/user-2/linux and /home/user-1"),
      ("from 10.1.2.3:6666 to 10.1.2.4, again 10.1.2.3.", "from ip-1:6666 to ip-2, again ip-1."),
      ("10.1.2.3:http ::ffff:10.1.2.3", "ip-1:http ::ffff:ip-1"),
      ("inet6 fe80::5054:ff:fe12:3456 dev eth0", "inet6 ip-1 dev eth0"),
      ("eth0: 52:54:00:12:34:56.", "eth0: mac-1."),
      ("Kernel command line: root=/dev/dasda1 rd.znet=qeth\nnext", "Kernel command line: [redacted]\nnext"),
      ("qemu+ssh://alice@ci-7/system", "qemu+ssh://host-1/system"),
      ("\u{1B}[1mlpar1\u{1B}[0m", "\u{1B}[1mhost-1\u{1B}[0m"),
    ])
  func replaced(_ text: String, _ redacted: String) {
    #expect(redact(text) == redacted)
  }

  @Test(
    "what a developer needs stays",
    arguments: [
      "vfio-pci 0001:00:00.0: reset", "[   12.345678][    T1] Linux version 6.1.0-49-s390x (root@localhost)",
      "5.14.0-427.13.1.2.el9 and 127.0.0.1 and ::1", "<https://lore.kernel.org/r/20260101.1@example.com>",
      "lpar10 and myalice", "Krnl PSW : 0704c00180000000 00000000ab12cd34 (klist_put+0x38/0xb0)",
      "WARNING: drivers/iommu/iommu.c:2002 at __iommu_attach_group+0x3a/0x60, CPU#1: a.out/101",
      "core::ptr::drop_in_place+0x10/0x20", "12:34:56 up 3 days", "/home/root and /home",
    ])
  func kept(_ text: String) {
    #expect(redact(text) == text)
  }

  @Test("JSON stays JSON: an escape ends a line, its letter begins no name")
  func json() {
    #expect(
      redact(
        #"{"log":"a\nlpar1 kernel: Command line: x=\"1\" y\nlpar1","home":"\/home\/bob\/x","t":"\tci-7"}"#, as: .json)
        == #"{"log":"a\nhost-1 kernel: Command line: [redacted]\nhost-1","home":"\/home\/user-1\/x","t":"\thost-2"}"#)
  }

  @Test("markup stays markup")
  func markup() {
    #expect(
      redact("<pre>Kernel command line: a &amp; b</pre><b>lpar1</b>", as: .markup)
        == "<pre>Kernel command line: [redacted]</pre><b>host-1</b>")
  }

  @Test("no text and no cut of one crashes it, and no name survives a second pass")
  func hostile() {
    let pieces = [
      "\\", "\"", "\u{1B}[", ":", "::", "10.0.0", "/home/", "\\/home\\/", "ssh://", "COMMAND=", "lpar1", "\n", "é",
      "\\u00",
    ]
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }
      .joined()
      for format in [Redaction.Format.text, .json, .markup] {
        let once = redact(text, as: format)
        #expect(redact(once, as: format) == once || once.contains("ssh://") || once.contains("/home"))
      }
    }
  }
}
