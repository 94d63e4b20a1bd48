import Folders
import Foundation
import Guestfs
import HostTools
import Records
import Testing

/// A real appliance; each launch costs some 10 s, so few tests share few launches.
@Suite(.serialized) struct ApplianceTests {
  let scratch: URL
  let folders: Folders

  init() throws {
    scratch = FileManager.default.temporaryDirectory.appending(path: "zlab-guestfs-\(UUID().uuidString.prefix(8))")
    // Sockets must have short paths.
    folders = Folders(
      cache: scratch.appending(path: "cache"), state: scratch.appending(path: "state"),
      runtime: URL(fileURLWithPath: "/tmp/zlab-gt-\(UInt32.random(in: 0...0xffff))"))
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  }

  private func makeDisk(_ name: String) throws -> Drive {
    let path = scratch.appending(path: name).path
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(truncate(path, 64 << 20) == 0)
    return Drive(path, format: "raw", isReadOnly: false)
  }

  private func clear() {
    try? FileManager.default.removeItem(at: scratch)
    try? FileManager.default.removeItem(at: folders.runtime)
  }

  @Test func `one appliance writes, lists, reads, sums and refuses`() async throws {
    defer { clear() }
    let drive = try makeDisk("disk.raw")
    try Data("from the host".utf8).write(to: scratch.appending(path: "host.txt"))
    let source = scratch.appending(path: "host.txt").path
    let copy = scratch.appending(path: "copy.txt").path
    let names = scratch.appending(path: "names").path
    try await Appliance.with([drive], acceleration: .tcg, folders: folders) { appliance in
      try await appliance.call("fill the disk") { disks throws(GuestfsError) in
        try disks.format("/dev/sda")
        #expect(try disks.fileSystems() == ["/dev/sda": "ext4"])
        try disks.mount("/dev/sda", readOnly: false)
        try disks.makeFolder("/var/log")
        try disks.write(Array("hello\n".utf8), to: "/var/log/messages")
        try disks.upload(source, to: "/var/log/host.txt")
        try disks.makeLink("/escape", to: "/etc/passwd")
        try disks.makeLink("/good", to: "var/log/messages")
        try disks.makeFIFO("/pipe")
        try disks.write([1], to: DiskPath(Array("/new\nline".utf8)))
      }
      try await appliance.call("read the disk") { disks throws(GuestfsError) in
        #expect(try disks.read("/var/log/messages", most: 100) == Array("hello\n".utf8))
        #expect(try disks.read("/good", most: 4) == Array("hell".utf8))
        #expect(try disks.entry("/good").kind == .link)
        #expect(try disks.entry("/pipe").kind == .other)
        #expect(try disks.entry("/var/log/messages").size == 6)
        #expect(try disks.target(of: "/good") == "var/log/messages")
        let listed = try disks.names(in: "/").map { String(decoding: $0, as: UTF8.self) }
        #expect(listed == ["escape", "good", "lost+found", "new\nline", "pipe", "var"])
        let all = try disks.everything(below: "/var", scratch: names).map { String(decoding: $0, as: UTF8.self) }
        #expect(all.sorted() == ["log", "log/host.txt", "log/messages"])
        // `printf 'hello\n' | sha256sum`.
        let sum = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        #expect(try disks.sha256(of: "/var/log/messages") == sum)
        try disks.download("/var/log/host.txt", to: copy, most: 8)
        #expect(try disks.operatingSystems().isEmpty)
        // Neither the appliance's own files nor a FIFO that nobody writes to.
        #expect(throws: GuestfsError.self) { try disks.read("/escape", most: 100) }
        #expect(throws: GuestfsError.self) { try disks.read("/pipe", most: 100) }
        #expect(throws: GuestfsError.self) { try disks.read("/missing", most: 100) }
        try disks.shutDown()
      }
    }
    #expect(try String(contentsOfFile: copy, encoding: .utf8) == "from the")
    #expect(!FileManager.default.fileExists(atPath: names))
    #expect(try leftovers().isEmpty)
  }

  @Test func `an appliance that takes too long is ended, and one that is cancelled`() async throws {
    defer { clear() }
    let drive = try makeDisk("disk.raw")
    let error = await #expect(throws: LabError.self) {
      try await Appliance.launch([drive], acceleration: .tcg, folders: folders, limit: .milliseconds(1500))
    }
    #expect(error?.problem.contains("took longer than 1 s") == true)
    #expect(try leftovers().isEmpty)
    let mine = folders
    let launch = Task { try await Appliance.launch([drive], acceleration: .tcg, folders: mine) }
    while try leftovers().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    launch.cancel()
    await #expect(throws: CancellationError.self) { try await launch.value }
    #expect(try leftovers().isEmpty)
  }

  @Test func `without a device for it KVM is not tried`() async throws {
    defer { clear() }
    let probe = KVMProbe(folders, device: scratch.appending(path: "none").path)
    #expect(try await probe.acceleration { Issue.record("it was probed") } == .tcg)
  }

  @Test func `what KVM is worth is found out once`() async throws {
    defer { clear() }
    guard access("/dev/kvm", R_OK | W_OK) == 0 else { return }
    // Nothing starts within that: it is KVM's failure as far as anyone can tell.
    let probe = KVMProbe(folders, limit: .milliseconds(300))
    #expect(try await probe.acceleration() == .tcg)
    #expect(try await probe.acceleration { Issue.record("it was probed again") } == .tcg)
  }

  // Processes that have a file of this test's runtime folder open by name, and what lies in it.
  private func leftovers() throws -> [String] {
    let runtime = folders.runtime.path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: runtime)) ?? []
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter {
      guard let words = FileManager.default.contents(atPath: "/proc/\($0)/cmdline") else { return false }
      return words.range(of: Data((runtime + "/").utf8)) != nil
    }
    return files + processes.map(String.init)
  }
}
