import FakeLab
import Foundation
import Guest
import Model
import Storage
import Testing
import Trials

@Suite struct SnapshotStoreTests {
  let folders: Locations

  init() {
    let home = FileManager.default.temporaryDirectory.appending(path: "zlab-test-\(UUID().uuidString)")
    folders = Locations(environment: ["ZLAB_HOME": home.path])
  }

  private func spec(memory: Int = 256) -> GuestSpec {
    GuestSpec(
      name: "g", kernel: "/k", initramfs: "/i", memory: memory, console: .file("/c"), emulator: "/e", folder: "/f")
  }

  @Test func `a guest is saved once and found afterwards`() async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders)
    let first = try await store.guest(for: spec(), origin: ["kernel"], on: host).saved
    let second = try await store.guest(for: spec(), origin: ["kernel"], on: host).saved
    #expect(first == second)
    #expect(host.specs.count == 1)
    #expect(host.alive == 0)
    #expect(FileManager.default.fileExists(atPath: first.memory))
    #expect(FileManager.default.fileExists(atPath: first.state))
    #expect(store.cacheItems.map(\.kind) == ["guest"])
  }

  @Test func `another kernel, memory or QEMU is another guest`() async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders)
    let one = try await store.guest(for: spec(), origin: ["kernel", "QEMU 7"], on: host).saved
    let two = try await store.guest(for: spec(), origin: ["kernel", "QEMU 8"], on: host).saved
    let three = try await store.guest(for: spec(memory: 512), origin: ["kernel", "QEMU 7"], on: host).saved
    #expect(Set([one, two, three]).count == 3)
  }

  @Test func `what several want at once is made once`() async throws {
    let host = FakeHost(bootTime: .milliseconds(50)) { _ in .clean }
    let store = SnapshotStore(folders)
    let (spec, wanted) = (spec(), 4)
    let made = try await withThrowingTaskGroup(of: Snapshot.self) { group in
      for _ in 0..<wanted { group.addTask { try await store.guest(for: spec, origin: [], on: host).saved } }
      return try await group.reduce(into: Set<Snapshot>()) { $0.insert($1) }
    }
    #expect(made.count == 1)
    #expect(host.specs.count == 1)
  }

  @Test func `what a killed process left of a guest goes when it is made anew`() async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders)
    let saved = URL(fileURLWithPath: try await store.guest(for: spec(), origin: [], on: host).saved.folder)
    let draft = saved.deletingLastPathComponent().appending(path: ".draft-\(saved.lastPathComponent)")
    try FileManager.default.moveItem(at: saved, to: draft)
    _ = FileManager.default.createFile(atPath: draft.path + "/rest", contents: Data())
    let again = try await store.guest(for: spec(), origin: [], on: host).saved
    #expect(try FileManager.default.contentsOfDirectory(atPath: again.folder).contains("rest") == false)
    #expect(!FileManager.default.fileExists(atPath: draft.path))
    #expect(host.specs.count == 2)
  }

  @Test func `a guest that dies is not saved and leaves nothing`() async throws {
    let host = FakeHost { _ in .panicsAtBoot }
    let store = SnapshotStore(folders)
    await #expect(throws: LabError.self) { try await store.guest(for: spec(), origin: [], on: host) }
    #expect(store.cacheItems.isEmpty)
    #expect(host.alive == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: folders.cache.appending(path: "guests").path)
    #expect(left.filter { !$0.hasSuffix(".lock") && !$0.hasSuffix(".use") } == [])
  }

  @Test func `a kernel that complains while it boots lends no trial its finding`() async throws {
    let host = FakeHost { _ in .complainsAtBoot(warning(in: "early")) }
    let store = SnapshotStore(folders)
    let error = await #expect(throws: LabError.self) { try await store.guest(for: spec(), origin: [], on: host) }
    #expect(error?.problem.contains("WARNING in early") == true)
  }

  @Test func `what is discarded is made anew`() async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders)
    let first = try await store.guest(for: spec(), origin: [], on: host).saved
    store.discard(first)
    _ = try await store.guest(for: spec(), origin: [], on: host)
    #expect(host.specs.count == 2)
  }

  @Test(arguments: ["memory", "state"]) func `a file that was cut or written to makes another guest of it`(
    _ file: String
  ) async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders)
    let path = try await store.guest(for: spec(), origin: [], on: host).saved.folder + "/" + file
    truncate(path, 2)
    _ = try await store.guest(for: spec(), origin: [], on: host)
    #expect(host.specs.count == 2)
    // As long as before, with other bytes.
    try await Task.sleep(for: .milliseconds(20))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.write(contentsOf: Data("FAKE".utf8))
    try handle.close()
    _ = try await store.guest(for: spec(), origin: [], on: host)
    #expect(host.specs.count == 3)
  }

  @Test(arguments: ["memory", "state"]) func `a byte that changed by itself makes another guest of it`(
    _ file: String
  ) async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders)
    let path = try await store.guest(for: spec(), origin: [], on: host).saved.folder + "/" + file
    let modified = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    var status = stat()
    #expect(stat(path, &status) == 0)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let first = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: 0)
    try handle.write(contentsOf: Data([first ^ 1]))
    try handle.close()
    // A disk that loses a bit leaves no trace in the file's times.
    let times = [status.st_atim, status.st_mtim]
    #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date == modified)
    _ = try await store.guest(for: spec(), origin: [], on: host)
    #expect(host.specs.count == 2)
  }

  @Test func `what was not used for longest goes when there are too many, but nothing that is in use`() async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders, budget: 0)
    let held = try await store.guest(for: spec(), origin: ["held"], on: host)
    let loose = try await store.guest(for: spec(), origin: ["loose"], on: host).saved
    let last = try await store.guest(for: spec(), origin: ["last"], on: host)
    let exist = [held.saved, loose, last.saved].map { FileManager.default.fileExists(atPath: $0.folder) }
    #expect(exist == [true, false, true])
    #expect(!FileManager.default.fileExists(atPath: loose.folder + ".use"))
    let item = try #require(store.cacheItems.first { $0.path == held.saved.folder })
    #expect(try !store.remove(item))
    withExtendedLifetime((held, last)) {}
  }

  @Test func `within the budget all stay`() async throws {
    let host = FakeHost { _ in .clean }
    let store = SnapshotStore(folders, budget: 1 << 20)
    for origin in ["a", "b", "c"] { _ = try await store.guest(for: spec(), origin: [origin], on: host) }
    #expect(store.cacheItems.count == 3)
  }
}
