import Foundation
import GuestDisks
import HostTools
import Model
import Storage
import Testing

/// A real appliance; each launch costs some 10 s, so few tests share few launches.
@Suite(.serialized) struct ApplianceTests {
  let scratch: URL
  let folders: Locations

  init() throws {
    scratch = FileManager.default.temporaryDirectory.appending(path: "zlab-guestfs-\(UUID().uuidString.prefix(8))")
    // Sockets must have short paths.
    folders = Locations(
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
        let all = try disks.everything(below: "/var").map { String(decoding: $0, as: UTF8.self) }
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
    #expect(try leftovers().isEmpty)
  }

  @Test func `a hostile disk takes no more of the host than it may`() async throws {
    defer { clear() }
    let disk = scratch.appending(path: "hostile.raw").path
    // As a guest may leave it: a file of 1 TiB in nothing, names that are no text, links in a ring, and very many names.
    let made = HostTool(
      "bash",
      [
        "-ec",
        """
        mkdir -p root/many root/deep && cd root
        truncate -s 1T giant; ln -s ring2 ring1; ln -s ring1 ring2; ln -s /proc/self/environ proc; mkfifo fifo
        touch "$(printf 'bad\\xff\\x1b[31m\\nname')" "$(printf '%0255d' 0)"
        for i in $(seq 3000); do : >"many/$(printf '%0200d' $i)"; done
        (cd deep; for i in $(seq 60); do mkdir "$(printf '%0200d' $i)" && cd "$(printf '%0200d' $i)"; done)
        cd .. && mke2fs -q -t ext4 -d root '\(disk)' 128M
        """,
      ], to: "make a disk")
    var tool = made
    tool.directory = scratch.path
    try await tool.run()
    let copy = scratch.appending(path: "copy").path
    try await Appliance.with([Drive(disk, format: "raw")], acceleration: .tcg, folders: folders) { appliance in
      try await appliance.call("read the disk") { disks throws(GuestfsError) in
        try disks.mountRoot()
        #expect(try disks.entry("/giant").size == 1 << 40)
        try disks.download("/giant", to: copy, most: 3 << 20)
        #expect(try disks.read("/giant", most: 1000).count == 1000)
        #expect(throws: GuestfsError.self) { try disks.read("/ring1", most: 10) }
        #expect(throws: GuestfsError.self) { try disks.read("/fifo", most: 10) }
        #expect(throws: GuestfsError.self) { try disks.read("/proc", most: 10) }
        #expect(try disks.names(in: "/").contains { $0.contains(0xff) && $0.contains(0x0a) })
        let some = try disks.everything(below: "/many", most: 10_000)
        #expect(!some.isEmpty && some.joined().count < 10_000)
        #expect(try disks.everything(below: "/many").count == 3000)
        // Deeper than PATH_MAX.
        #expect(throws: GuestfsError.self) { try disks.everything(below: "/") }
      }
    }
    #expect(try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int == 3 << 20)
    #expect(try leftovers().isEmpty)
  }

  @Test(arguments: [1, 2, 3]) func `a damaged file system is an error and no hang`(_ seed: UInt64) async throws {
    defer { clear() }
    let disk = scratch.appending(path: "damaged.raw").path
    var tool = HostTool(
      "bash", ["-ec", "mkdir root && seq 9999 >root/file && mke2fs -q -t ext4 -d root '\(disk)' 16M"], to: "make a disk"
    )
    tool.directory = scratch.path
    try await tool.run()
    // Bytes of the metadata, each by a number that follows from the seed; the first 2 KiB hold the superblock.
    let file = try FileHandle(forUpdating: URL(filePath: disk))
    var state = seed
    for _ in 0..<4000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      try file.seek(toOffset: 2048 + (state >> 33) % (2 << 20))
      try file.write(contentsOf: [UInt8(truncatingIfNeeded: state >> 24)])
    }
    try file.close()
    let mine = folders
    // Whatever comes of it, it comes: a result, an error of libguestfs or the end of its time.
    let end = await Result {
      try await Appliance.with([Drive(disk, format: "raw")], acceleration: .tcg, folders: mine) { appliance in
        try await appliance.call("read the disk", limit: .seconds(60)) { disks throws(GuestfsError) in
          try disks.mountRoot()
          return try disks.everything(below: "/").count
        }
      }
    }
    if case .failure(let error) = end { #expect(error is GuestfsError || error is LabError, "\(error)") }
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

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
