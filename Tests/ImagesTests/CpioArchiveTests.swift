import Foundation
import HostTools
import Images
import Testing

@Suite struct CpioArchiveTests {
  private var sample: CpioArchive {
    var archive = CpioArchive()
    archive.add("/usr/bin/tool", .file(Array("#!/bin/sh\n".utf8)), permissions: 0o755)
    archive.add("/bin/sh", .link(to: "busybox"))
    archive.add("/etc/empty", .file([]))
    archive.add("/etc/five", .file(Array("12345".utf8)))
    archive.add("/tmp", .folder, permissions: 0o1777)
    return archive
  }

  @Test func `cpio lists what was added, folders before what is in them`() async throws {
    var list = HostTool("cpio", ["--list", "--quiet"], to: "list")
    list.input = sample.bytes
    let names = try await list.run().text.split(separator: "\n")
    #expect(
      names == [
        "bin", "bin/sh", "etc", "etc/empty", "etc/five", "tmp", "usr", "usr/bin", "usr/bin/tool",
      ])
  }

  @Test func `cpio unpacks the same bytes, links and permissions`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-cpio-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var unpack = HostTool("cpio", ["--extract", "--quiet", "--no-preserve-owner"], to: "unpack")
    unpack.input = sample.bytes
    unpack.directory = folder.path
    try await unpack.run()
    #expect(try String(contentsOf: folder.appending(path: "etc/five"), encoding: .utf8) == "12345")
    #expect(try Data(contentsOf: folder.appending(path: "etc/empty")).isEmpty)
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder.appending(path: "bin/sh").path)
    #expect(link == "busybox")
    #expect(FileManager.default.isExecutableFile(atPath: folder.appending(path: "usr/bin/tool").path))
  }

  @Test func `the order of adding does not change the bytes`() {
    var one = CpioArchive()
    one.add("/a/b", .file([1]))
    one.add("/a-b", .file([2]))
    var other = CpioArchive()
    other.add("/a-b", .file([2]))
    other.add("/a/b", .file([1]))
    #expect(one.bytes == other.bytes)
    #expect(one.bytes.count % 512 == 0)
  }

  @Test func `a header holds the fields that the kernel reads`() {
    var archive = CpioArchive()
    archive.add("/dev/console", .characterDevice(major: 5, minor: 1), permissions: 0o600)
    let text = String(decoding: archive.bytes, as: UTF8.self)
    let console =
      "070701" + "00000002" + "00002180" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000"
      + "00000000" + "00000000" + "00000005" + "00000001" + "0000000C" + "00000000" + "dev/console\0"
    #expect(text.contains(console))
  }

  @Test func `a path cannot climb out`() {
    var archive = CpioArchive()
    archive.add("/../etc/../passwd", .file([]))
    #expect(archive.contains("/etc/passwd"))
    archive.add("/", .folder)
    #expect(!archive.contains("/"))
  }
}
