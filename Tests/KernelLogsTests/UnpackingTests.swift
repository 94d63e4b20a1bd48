import Dmesg
import Foundation
import KernelLogs
import Model
import Testing

/// The log that every container here holds.
enum Sample {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

  static func log() throws -> [UInt8] { try bytes("widget.log") }

  /// Output of a host program for the bytes.
  static func piped(_ bytes: [UInt8], through command: String) throws -> [UInt8] {
    // A program that is missing must not end the tests by the pipe to it.
    signal(SIGPIPE, SIG_IGN)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let writer = Thread {
      try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
      try? input.fileHandleForWriting.close()
    }
    writer.start()
    let result = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command)")
    return result
  }
}

/// Result of unpacking, fed in pieces of some length.
struct Unpacked {
  var text: [UInt8] = []
  var containers: [String] = []
  var troubles: [LogTrouble] = []
  var unread: UnreadForm?

  init(_ bytes: [UInt8], piece: Int = 1 << 20) {
    var unpacking = LogUnpacking()
    var output: [UInt8] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + piece)
      bytes[start..<end].withUnsafeBufferPointer { unpacking.feed($0) { output += $0 } }
      start = end
    }
    unpacking.finish { output += $0 }
    unread = unpacking.unread
    (text, containers, troubles) = (output, unpacking.containers, unpacking.troubles)
  }

  var titles: [String] { findings(in: text).findings.map(\.title) }
}

@Suite struct UnpackingTests {
  @Test func `words that format=flowed broke are whole again`() throws {
    let log = String(decoding: try Sample.log(), as: UTF8.self)
    let broken = log.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      var rest = line[...]
      var lines: [Substring] = []
      while rest.count > 40 {
        lines.append(rest.prefix(40))
        rest = rest.dropFirst(40)
      }
      return (lines + [rest]).joined(separator: " \n")
    }.joined(separator: "\n")
    let head = "From: a@b\nTo: c@d\nSubject: a log\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
    let mail = head + "Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes\n\n" + broken
    #expect(Unpacked(Array(mail.utf8)).titles == findings(in: Array(log.utf8)).findings.map(\.title))
    #expect(!Unpacked(Array(mail.utf8)).titles.isEmpty)
  }

  @Test(arguments: [
    ("gzip -c", "gzip"), ("xz -c", "xz"), ("zstd -qc", "zstd"), ("xz -9e --check=sha256 -c", "xz"),
    ("lz4 -qc", "lz4"), ("lz4 -qc -BD --content-size", "lz4"), ("lz4 -qcl", "lz4-legacy"), ("bzip2 -c", "bzip2"),
    ("xz --format=lzma -c", "lzma"),
  ])
  func `compressed logs are read, however they are cut`(_ command: String, _ container: String) throws {
    let packed = try Sample.piped(Sample.log(), through: command)
    for piece in [1, 7, 4096] {
      let unpacked = Unpacked(packed, piece: piece)
      #expect(unpacked.text == (try Sample.log()))
      #expect(unpacked.containers == [container])
      #expect(unpacked.troubles.isEmpty)
    }
  }

  @Test(arguments: ["gzip -c", "xz -c", "zstd -qc", "lz4 -qc", "lz4 -qcl", "bzip2 -c"])
  func `members that follow each other are one log`(_ command: String) throws {
    let log = try Sample.log()
    let half = log.count / 2
    let packed =
      try Sample.piped(Array(log[..<half]), through: command) + Sample.piped(Array(log[half...]), through: command)
    #expect(Unpacked(packed).text == log)
    #expect(Unpacked(packed, piece: 3).text == log)
  }

  @Test(arguments: ["gzip -c", "xz -c", "zstd -qc", "lz4 -qc", "lz4 -qcl", "bzip2 -c"])
  func `a log that breaks off gives what is there, and says so`(_ command: String) throws {
    var log: [UInt8] = try Sample.log()
    for number in 0..<20_000 { log += Array("[\(number).000001] line \(number &* 7919)\n".utf8) }
    let packed = try Sample.piped(log, through: command)
    let unpacked = Unpacked(Array(packed[..<(packed.count / 2)]))
    #expect(unpacked.troubles == [.damaged])
    #expect(log.starts(with: unpacked.text))
  }

  @Test func `what is known and not read is said, with a command that makes a log of it`() throws {
    let log = try Sample.log()
    let starts: [(String, UnreadForm)] = [
      ("PK\u{3}\u{4}", .zip), ("LPKSHHRH", .journal), ("KDUMP   ", .kdump), ("%PDF-1.7", .pdf), ("PERFILE2", .perfData),
    ]
    for (start, form) in starts {
      let unpacked = Unpacked(Array(start.utf8) + log)
      #expect(unpacked.troubles == [.notRead])
      #expect(unpacked.unread == form)
      #expect(unpacked.text.isEmpty)
    }
    for form in UnreadForm.allCases { #expect(form.words.contains("it ")) }
    #expect(Unpacked(try Sample.piped([], through: "head -c 9 /bin/sh")).unread == .elf)
  }

  @Test func `damage inside is told`() throws {
    var packed = try Sample.piped(Sample.log(), through: "gzip -c")
    for index in 40..<60 { packed[index] ^= 0x5a }
    #expect(Unpacked(packed).troubles == [.damaged])
  }

  @Test func `what is nested too deep is not read`() throws {
    var packed = try Sample.log()
    for _ in 0..<6 { packed = try Sample.piped(packed, through: "gzip -c") }
    #expect(Unpacked(packed).troubles.contains(.tooDeep))
    #expect(Unpacked(packed).text.isEmpty)
  }

  @Test(arguments: ["utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be"])
  func `wide characters are read with a mark and without`(_ charset: String) throws {
    let wide = try Sample.piped(Sample.log(), through: "iconv -f utf-8 -t \(charset)")
    for piece in [1, 4096] {
      let unpacked = Unpacked(wide, piece: piece)
      #expect(unpacked.text == (try Sample.log()))
      #expect(unpacked.containers == [String(charset.prefix(6))])
    }
  }

  @Test(arguments: ["mail-base64.mail", "mail-attachment-base64.mail"])
  func `encoded mails are read`(_ name: String) throws {
    let unpacked = Unpacked(try Sample.bytes(name), piece: 100)
    #expect(unpacked.titles == ["WARNING in widget_close"])
    #expect(unpacked.containers == ["mail"])
  }

  private func mail(_ head: String, _ body: [UInt8]) -> [UInt8] {
    Array("From: A Tester <tester@example.org>\nSubject: widget\nMIME-Version: 1.0\n\(head)\n\n".utf8) + body
  }

  @Test func `a compressed attachment of a compressed mailbox is read`() throws {
    let packed = Data(try Sample.piped(Sample.log(), through: "xz -c")).base64EncodedString(
      options: .lineLength76Characters)
    let parts = "--b0\nContent-Type: text/plain\n\nhello\n\n--b0\nContent-Type: application/x-xz; name=dmesg.xz\n"
    let body = Array((parts + "Content-Transfer-Encoding: base64\n\n\(packed)\n--b0--\n").utf8)
    let mbox =
      Array("From a@example.org Mon Mar  2 10:00:00 2026\n".utf8)
      + mail("Content-Type: multipart/mixed; boundary=\"b0\"", body)
    let unpacked = Unpacked(try Sample.piped(mbox, through: "gzip -c"))
    #expect(unpacked.titles == ["WARNING in widget_close"])
    #expect(unpacked.containers == ["gzip", "mail", "xz"])
  }

  @Test func `line feeds that are encoded themselves are line feeds`() throws {
    let text = String(decoding: try Sample.log(), as: UTF8.self).replacing("=", with: "=3D")
    let body = Array(text.replacing("\n", with: "=0A=\n").utf8)
    let head = "Content-Type: text/plain; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: quoted-printable"
    #expect(Unpacked(mail(head, body)).titles == ["WARNING in widget_close"])
  }

  @Test(arguments: ["iso-8859-1", "windows-1252", "koi8-r", "utf-16"])
  func `character sets of mails are read`(_ charset: String) throws {
    let body = try Sample.piped(Sample.log(), through: "iconv -f utf-8 -t \(charset)")
    let code = Array(Data(body).base64EncodedString(options: .lineLength76Characters).utf8)
    let head = "Content-Type: text/plain; charset=\(charset)\nContent-Transfer-Encoding: base64"
    #expect(Unpacked(mail(head, code)).text.starts(with: try Sample.log()))
  }

  @Test func `HTML alone is read as text`() throws {
    let text = String(decoding: try Sample.log(), as: UTF8.self)
    let body = "<html><pre>" + text.replacing("<", with: "&lt;").replacing(">", with: "&gt;") + "</pre></html>"
    #expect(Unpacked(mail("Content-Type: text/html", Array(body.utf8))).titles == ["WARNING in widget_close"])
  }

  @Test func `a mail that is not encoded passes as it stands`() throws {
    let bytes = mail("Content-Type: text/plain", try Sample.log())
    #expect(Unpacked(bytes).text == bytes)
    #expect(Unpacked(bytes).containers.isEmpty)
  }

  @Test func `pieces of pstore are put in order`() throws {
    let lines = try Sample.log().split(separator: 0x0a).map { Array($0) + [0x0a] }
    let cut = [0, 5, 9, lines.count]
    let parts = (0..<3).map { Array("Panic#2 Part\(3 - $0)\n".utf8) + lines[cut[$0]..<cut[$0 + 1]].joined() }
    let unpacked = Unpacked(Array(parts.reversed().joined()))
    #expect(unpacked.text == (try Sample.log()))
    #expect(unpacked.containers == ["pstore"])
  }

  @Test func `a bomb ends at the limit`() throws {
    // A gigabyte of zeros is a megabyte; three of them are beyond the limit.
    let zeros = try Sample.piped([], through: "head -c 1073741824 /dev/zero | gzip -1 -c")
    var unpacking = LogUnpacking()
    var count = 0
    for _ in 0..<3 { zeros.withUnsafeBufferPointer { unpacking.feed($0) { count += $0.count } } }
    unpacking.finish { count += $0.count }
    #expect(unpacking.troubles == [.tooLarge])
    #expect(count <= LogUnpacking.limit)
  }

  @Test func `random bytes behind any magic are no trouble but damage`() {
    var generator = SystemRandomNumberGenerator()
    for magic: [UInt8] in [
      [0x04, 0x22, 0x4d, 0x18], [0x02, 0x21, 0x4c, 0x18], Array("BZh91AY&SY".utf8),
      [0x1f, 0x8b, 8], [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], [0x28, 0xb5, 0x2f, 0xfd], [0x78, 0x9c], [0xff, 0xfe],
    ] {
      let bytes = magic + (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let unpacked = Unpacked(bytes, piece: 100)
      #expect(magic == [0xff, 0xfe] || unpacked.troubles == [.damaged])
    }
  }
}
