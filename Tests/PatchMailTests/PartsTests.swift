import Testing

@testable import PatchMail

@Suite struct PartsTests {
  @Test(arguments: [
    ("[PATCH v4 1/2] a: b", 4, 1, 2, "a: b"), ("[PATCH 3/10 V2] a", 2, 3, 10, "a"), ("[PATCHv3 01/02] a", 3, 1, 2, "a"),
    ("Re: [list] [RFC PATCH net-next v5 2/3] a [b]", 5, 2, 3, "a [b]"),
  ])
  func `a subject's tag is read in all its spellings`(
    _ line: String, _ version: Int, _ number: Int, _ total: Int, _ rest: String
  ) {
    let subject = SubjectLine(line)
    #expect(subject.tag == SubjectTag(version: version, number: number, total: total))
    #expect(subject.subject == rest)
  }

  @Test(arguments: ["[PATCH 3/2] a", "[PATCH 1/99999999999999999999] a", "[PATCH v0] a", "a 1/2"])
  func `a tag that cannot be is none`(_ line: String) {
    #expect(SubjectLine(line).tag == SubjectTag())
  }

  @Test(arguments: [
    ("On 2022-08-31 21:12, Ada Muster wrote:", "Ada Muster", "2022-08-31 21:12"),
    ("On Tue, Jan 2, 2024 at 10:00 AM Ada M <a@b.c> wrote:", "Ada M <a@b.c>", "Tue, Jan 2, 2024 at 10:00 AM"),
    ("On Tue, 02 Jan 2024 10:00:00 +0100, Ada wrote:", "Ada", "Tue, 02 Jan 2024 10:00:00 +0100"),
    ("On Wed, Jan 3, 2024, Ada Muster wrote:", "Ada Muster", "Wed, Jan 3, 2024"),
  ])
  func `an attribution names the author and the date`(_ line: String, _ author: String, _ date: String) throws {
    let attribution = try #require(Attribution(line))
    #expect(attribution.author == author)
    #expect(attribution.date == date)
  }

  @Test(arguments: ["wrote:", "On 10:00 wrote:", "Ada said:"])
  func `a line that names nobody is no attribution`(_ line: String) {
    #expect(Attribution(line) == nil)
  }

  @Test(arguments: [
    ("=?utf-8?q?Gl=C3=BCh?=", "Glüh"), ("=?iso-8859-1?Q?Gl=FCh_a?= b", "Glüh a b"),
    ("=?utf-8?b?R2zDvA==?=\t=?utf-8?b?aA==?=", "Glüh"), ("=?utf-8?q?=41?=", "A"), ("=?nothing", "=?nothing"),
    ("a =?x?y?z?= b", "a =?x?y?z?= b"),
  ])
  func `encoded words are decoded where they are right`(_ code: String, _ text: String) {
    #expect(EncodedWords.decode(code) == text)
  }

  @Test(arguments: [
    ("/etc/passwd", "is absolute"), ("a/../../b", "leads out of the tree"), ("", "is empty"),
    ("a//b", "has an empty component"), ("a/.GIT/hooks/x", "leads into git's own folder"),
    ("a\u{1B}[2J", "has control characters"),
  ])
  func `a path that must not be written to is told why`(_ path: String, _ fault: String) {
    #expect(DiffPath.fault(path) == fault)
  }

  @Test(arguments: ["drivers/iommu/x.c", "a..b/c", "Documentation/a b.rst", ".gitignore"])
  func `a path inside the tree has no fault`(_ path: String) {
    #expect(DiffPath.fault(path) == nil)
  }

  @Test(arguments: [
    ("--- a/x.c\t2024-01-02 10:00:00", "a/x.c", true), ("--- a/x.c   2024-01-02 10:00:00", "a/x.c", true),
    ("--- /dev/null", "/dev/null", false), ("+++ old/x\t1970-01-01 00:00:00.0 +0000", "old/x", false),
    ("--- \"a/\\303\\274.c\"", "a/ü.c", true),
  ])
  func `a file line names its file without its date`(_ line: String, _ name: String, _ exists: Bool) {
    let named = DiffPath.named(by: Array(line.utf8)[...])
    #expect(named.name == name)
    #expect(named.exists == exists)
  }

  @Test(arguments: [
    ("> a", 1, "a"), (">> a", 2, "a"), ("> > a", 2, "a"), (">>> >a", 4, "a"), ("a > b", 0, "a > b"),
    (">From here", 0, ">From here"), (">\u{A0}a", 1, "a"),
  ])
  func `reply marks are counted in all their forms`(_ line: String, _ depth: Int, _ rest: String) {
    let bytes = Array(line.utf8)[...]
    #expect(Quoting.depth(bytes) == depth)
    if depth > 0 {
      let text = Quoting.withoutSpace(Quoting.strip(bytes, upTo: depth).rest)
      #expect(String(decoding: text, as: UTF8.self) == rest)
    }
  }

  @Test(arguments: [("QQ==", "A"), ("Q Q\r\n=", "A"), ("QUI", "AB"), ("QUJDR", "ABC"), ("", "")])
  func `base64 is read as far as it goes`(_ code: String, _ text: String) {
    #expect(String(decoding: TransferDecoding.base64(Array(code.utf8)), as: UTF8.self) == text)
  }
}
