import FakeArchive
import Foundation
import Model
import Storage
import Testing

@testable import Kernels

/// Debug packages from an archive of the test's own, and the names by which they are asked for.
@Suite struct DebianSymbolsTests {
  private let scratch = Scratch()
  private let archive: FakeArchive

  init() async throws { archive = try await FakeArchive() }

  private func fetch(
    _ release: String, _ line: String = "", modules: Set<String> = []
  ) async throws -> (files: DebianSymbols.Files, talk: [String]) {
    let symbols = DebianSymbols(folders: scratch.folders, mirror: archive.mirror, keyring: archive.keyring)
    var talk: [String] = []
    let kernel = try #require(DebianKernelName(release: release, report: line))
    return (try await symbols.fetch(kernel, modules: modules) { talk.append($0) }, talk)
  }

  private func publish() async throws {
    let release = "6.1.0-50-s390x"
    let lib = "usr/lib/debug/lib/modules/\(release)"
    let files: [String: [UInt8]] = [
      "usr/lib/debug/boot/vmlinux-\(release)": [1, 2, 3], "\(lib)/kernel/drivers/vfio/vfio-pci.ko": [4],
      "\(lib)/kernel/net/virtio_net.ko": [5], "usr/share/doc/x/copyright": [6],
    ]
    let package = try await archive.add("linux-image-\(release)-dbg", "6.1.176-1", files: files)
    try await archive.publish("bookworm", suite: "oldstable", codename: "bookworm", [package])
  }

  @Test func `vmlinux and the modules of a trace are unpacked once, more modules from the package in the cache`()
    async throws
  {
    try await publish()
    let line = "CPU: 0 PID: 85 Comm: x Not tainted 6.1.0-50-s390x #1  Debian 6.1.176-1"
    let (files, talk) = try await fetch("6.1.0-50-s390x", line, modules: ["vfio_pci", "../evil", "none"])
    #expect(try Array(Data(contentsOf: files.vmlinux)) == [1, 2, 3])
    #expect(try Array(Data(contentsOf: files.modules.appending(path: "vfio_pci/vfio-pci.ko"))) == [4])
    #expect(talk.contains("unpacking debug information of none, vfio_pci"))
    try FileManager.default.removeItem(at: archive.root.appending(path: "debian"))
    let (again, quiet) = try await fetch("6.1.0-50-s390x", modules: ["vfio_pci", "none"])
    #expect(again == files && quiet.isEmpty)
    let (_, more) = try await fetch("6.1.0-50-s390x", line, modules: ["virtio_net"])
    #expect(more == ["unpacking debug information of virtio_net"])
    #expect(try Array(Data(contentsOf: files.modules.appending(path: "virtio_net/virtio_net.ko"))) == [5])
    let items = DebianSymbols(folders: scratch.folders).cacheItems
    #expect(items.map(\.name) == ["6.1.0-50-s390x_6.1.176-1"] && items.map(\.kind) == ["symbols"])
  }

  @Test func `a version or a release that is not listed is refused with what there is`() async throws {
    try await publish()
    try await archive.publish("sid", suite: "unstable", codename: "sid", [])
    let error = await #expect(throws: RequestError.self) {
      try await fetch("6.1.0-50-s390x", "Not tainted 6.1.0-50-s390x #1 SMP Debian 6.1.170-3")
    }
    #expect(error?.problem.contains("linux-image-6.1.0-50-s390x-dbg 6.1.170-3, only 6.1.176-1") == true)
    await #expect(throws: RequestError.self) { try await fetch("6.1.0-48-s390x") }
    #expect(DebianSymbols(folders: scratch.folders).cacheItems.isEmpty)
  }

  @Test(arguments: [
    ("6.1.0-50-s390x", "bookworm"), ("6.12.107+deb13-s390x", "trixie"), ("7.2.6+deb13-s390x", "trixie-backports"),
    ("6.12.95+deb12-amd64", "bookworm-backports"), ("6.1.0-0.deb11.5-cloud-amd64", "bullseye-backports"),
    ("7.2.13+deb14-arm64", "forky"), ("7.3-s390x", "sid"),
  ])
  func `a release tells where it is looked for first`(release: String, suite: String) {
    #expect(DebianKernelName(release: release, report: "")?.suites.first == suite)
  }

  @Test(arguments: [
    "", "6.1.192", "6.5.6-300.fc39.s390x", "5.15.0-91-generic", "6.4.0-150600.23.25-default", "$(id)-s390x",
    "6.1.0/../../x-s390x",
  ])
  func `a kernel that is not Debian's has no name there`(release: String) {
    #expect(DebianKernelName(release: release, report: "Debian 6.1.176-1") == nil)
  }
}
