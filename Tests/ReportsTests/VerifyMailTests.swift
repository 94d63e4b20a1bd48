import Foundation
import Model
import Reports
import Testing

@Suite struct VerifyMailTests {
  private func mail(_ change: (inout VerifyResult) -> Void = { _ in }) -> String {
    var result = VerifyFixture.fixed
    change(&result)
    return VerifyReport(result).mail()
  }

  /// The unfolded header fields, and the lines of the body.
  private func taken(_ mail: String) throws -> (fields: [String: String], body: [String]) {
    let end = try #require(mail.range(of: "\n\n"))
    var fields: [String: String] = [:]
    for line in mail[..<end.lowerBound].replacing("\n ", with: " ").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      try #require(parts.count == 2)
      fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return (fields, mail[end.upperBound...].components(separatedBy: "\n"))
  }

  @Test func `a reply says whom it answers, what was tested and what came of it`() throws {
    let (fields, body) = try taken(mail())
    #expect(fields["Subject"] == "Re: [PATCH v4 1/2] iommu/s390: Fix race with release_device ops")
    #expect(fields["In-Reply-To"] == "<20220831.2@example.org>")
    #expect(fields["References"] == "<20220831.0@example.org> <20220831.2@example.org>")
    #expect(fields["Content-Type"] == "text/plain; charset=UTF-8")
    #expect(fields["To"] == nil)
    #expect(body[0] == "On Wed, 31 Aug 2022 16:12:36 -0400, A. Writer <a@example.org> wrote:")
    #expect(body[1] == "> [PATCH v4 1/2] iommu/s390: Fix race with release_device ops")
    for line in [
      "  before  7 of 7 trials: 100 %, 95 % interval 59.0 % to 100 %",
      "  7 -> 0  WARNING in iommu_detach_group [0123456789abcdef]",
      "| WARNING: CPU: 0 PID: 57 at drivers/iommu/iommu.c:1962", "|     iommu_detach_group+0x6a/0x80",
      "|  vfio_iommu_type1_detach_group+0xd4", "  source     debian:6.1, linux-source-6.1 6.1.192-2",
      "  on both    Attach domains twice again", "  config     s390-guest zpci vfio",
      "  QEMU       7.2.22 (Debian 1:7.2+dfsg-7+deb12u16)",
      "  zlab verify 'the seed'\\''s mail.txt' --source debian:6.1 \\",
      "No new signatures after the patch.",
    ] {
      #expect(body.contains(line), "\(line)")
    }
  }

  @Test func `only a fix gets a line for the tester, empty and last`() throws {
    #expect(mail().hasSuffix("\n\nTested-by:\n"))
    for (verdict, reason) in [
      (FixVerdict.notFixed, FixReason.shownAfter), (.notFixed, .censored), (.addsNew, .convinced),
      (.inconclusive, .tooFew),
    ] {
      let other = mail { ($0.judgement.verdict, $0.judgement.reason) = (verdict, reason) }
      #expect(!other.contains("Tested-by"))
    }
  }

  @Test func `what is new is told with its trace`() throws {
    let body = mail {
      $0.judgement.verdict = .addsNew
      $0.judgement.signatures.append(VerifyFixture.comparison(VerifyFixture.other, .new, 0, 2, isTargeted: false))
      $0.sightings[VerifyFixture.other] = SignatureSighting(
        side: .after, trial: 4, finding: VerifyFixture.finding(VerifyFixture.other, title: "WARNING in b"))
    }
    #expect(
      body.contains(
        "New (failed trials before -> after)\n\n  0 -> 2  WARNING in b [fedcba9876543210, not significant]\n"))
    #expect(body.contains("After the patch, in trial 4\n\n| WARNING: CPU: 0"))
    #expect(!body.contains("No new signatures"))
  }

  @Test func `without the mail's identity it is a reply to the patch's title`() throws {
    let (fields, body) = try taken(mail { $0.subject.mail = nil })
    #expect(fields["Subject"] == "Re: iommu/s390: Fix race with release_device ops")
    #expect(fields["In-Reply-To"] == nil)
    #expect(body[0].hasPrefix("Tested with zlab 0.2.0"))
    let quoted = mail { $0.subject.mail?.messageID = nil }
    #expect(!quoted.contains("References"))
  }

  @Test(arguments: ["Re: [PATCH] x", "RE: re: [PATCH] x", "[PATCH] x"])
  func `a subject is answered once`(subject: String) throws {
    #expect(try taken(mail { $0.subject.mail?.subject = subject }).fields["Subject"] == "Re: [PATCH] x")
  }

  @Test func `a subject that is not ASCII travels as encoded words`() throws {
    let subject = "[PATCH] iommu: Größe prüfen, " + String(repeating: "длинная тема ", count: 8) + "🐧"
    let mail = mail { $0.subject.mail?.subject = subject }
    let header = try #require(mail.range(of: "\nIn-Reply-To")).lowerBound
    var decoded: [UInt8] = []
    for line in mail[..<header].split(separator: "\n") {
      #expect(line.utf8.count <= 76)
      #expect(line.utf8.allSatisfy { (0x20...0x7e).contains($0) })
      for word in line.split(separator: " ") where word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?=") {
        #expect(word.count <= 75)
        let bytes = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
        // Each word must be whole characters by itself.
        #expect(String(validating: bytes, as: UTF8.self) != nil)
        decoded += bytes
      }
    }
    #expect(String(decoding: decoded, as: UTF8.self) == subject)
    #expect(
      try taken(self.mail { $0.subject.mail?.subject = "=?UTF-8?Q?x?=" }).fields["Subject"]?.hasPrefix("Re: =?UTF-8?B?")
        == true)
  }

  @Test(arguments: [
    "a\nBcc: x@example.org", "a\r\n\r\nbody", "a\u{0}\u{1b}[2J\u{2028}b", "Acked-by: Somebody <s@example.org>",
    "\n\nAcked-by: Somebody <s@example.org>\n", String(repeating: "Acked-by: Somebody <s@example.org> ", count: 300),
    String(repeating: "x", count: 100_000), String(repeating: "e\u{301}\u{302}\u{303}", count: 3000), "", " \u{a0} ",
    "\n-- \nsignature", "> quoted", "\u{202e}\u{feff}", "diff --git a/x b/x\n--- a/x", "From here", "\u{1f427}\t tab",
  ])
  func `whatever comes from outside stays in its place`(evil: String) throws {
    let mail = mail { result in
      result.subject.mail = MailReference(
        subject: evil, author: evil, date: evil, messageID: evil, references: [evil, "good@example.org"])
      result.subject.patches[0].title = evil
      result.subject.base[0].title = evil
      result.sightings[VerifyFixture.bug]?.finding = Finding(
        kind: .warning, title: evil, function: evil, message: evil,
        frames: Array(repeating: Frame(name: evil, module: evil), count: 40), comm: evil, kernel: evil, firstLine: 1,
        lastLine: 2, signature: VerifyFixture.bug)
    }
    let (fields, body) = try taken(mail)
    #expect(
      Set(fields.keys).isSubset(of: [
        "Subject", "In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
      ]))
    #expect(fields["Subject"]?.hasPrefix("Re:") == true)
    #expect(fields["In-Reply-To"] == nil)
    #expect(mail.split(separator: "\n").allSatisfy { $0.utf8.count <= 998 })
    #expect(mail.utf8.count < 20_000)
    for line in body {
      #expect(line.unicodeScalars.count <= 72, "\(line)")
      #expect(line.unicodeScalars.last?.properties.isWhitespace != true, "\(line)")
      #expect(!line.unicodeScalars.contains { [.control, .format].contains($0.properties.generalCategory) })
      // As b4 gathers trailers from replies.
      #expect(line.firstMatch(of: /^\s*\w\S+:\s+\S.*/) == nil, "\(line)")
      for start in ["From ", "diff ", "--- ", "-- "] { #expect(!line.hasPrefix(start)) }
    }
    #expect(body.count { $0.hasPrefix(">") } == 1)
  }

  @Test func `a command is broken so that a shell reads the same words`() throws {
    let words = [
      "zlab", "verify", "it's here.mbox", "--base-patch", String(repeating: "a/b", count: 60), "--base-patch", "",
      "--set", "x=" + String(repeating: "'", count: 90), String(repeating: "wort mit ä ", count: 20), "$HOME", "`id`",
      "--source=" + String(repeating: "d", count: 53), "\\",
    ]
    let lines = mail { $0.command = words }.components(separatedBy: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("  zlab verify") })
    let end = try #require(lines[start...].firstIndex { $0.isEmpty })
    let command = lines[start..<end].joined(separator: "\n")
    // The shell itself says which words it sees.
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "zlab() { printf '%s\\n' zlab \"$@\"; }\n" + command]
    let output = Pipe()
    shell.standardOutput = output
    try shell.run()
    let said = try #require(try output.fileHandleForReading.readToEnd())
    shell.waitUntilExit()
    #expect(String(decoding: said, as: UTF8.self) == words.joined(separator: "\n") + "\n")
  }
}
