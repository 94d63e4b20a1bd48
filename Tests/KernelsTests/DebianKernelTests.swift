import FakeArchive
import Foundation
import Model
import Storage
import Testing

@testable import DebianPackages
@testable import Kernels

/// Kernels from an archive that lacks what it lists, has expired, or is between two states.
@Suite struct DebianKernelTests {
  private let scratch = Scratch()
  private let archive: FakeArchive

  init() async throws { archive = try await FakeArchive() }

  private func fetch(
    _ release: String = "sid", version: String? = nil, usesCache: Bool = true
  ) async throws -> (kernel: KernelRecord, talk: [String]) {
    let source = DebianArchive(
      release: release, architecture: "s390x", folders: scratch.folders, mirror: archive.mirror,
      keyring: archive.keyring)
    var talk: [String] = []
    let fetch = DebianKernelFetch(store: scratch.store, archive: source, version: version, usesCache: usesCache)
    return (try await fetch.run { talk.append($0) }, talk)
  }

  // A kernel in one package, as Debian had them up to Linux 7.1.
  private func kernel(_ release: String, _ version: String) async throws -> FakeArchive.Package {
    let files = ["boot/vmlinuz-\(release)": Scratch.kernel(release: release), "boot/config-\(release)": [10]]
    return try await archive.add("linux-image-\(release)", version, files: files, depends: "kmod, linux-base (>= 4.3~)")
  }

  private func metapackage(_ release: String, _ version: String) async throws -> FakeArchive.Package {
    try await archive.add("linux-image-s390x", version, depends: "linux-image-\(release) (= \(version))")
  }

  private func publish(_ packages: [FakeArchive.Package], validUntil: Date? = nil) async throws {
    try await archive.publish("sid", suite: "unstable", codename: "sid", validUntil: validUntil, packages)
  }

  @Test func `a version that is listed and missing gives way to the next older one, in one line`() async throws {
    let (new, old, older) = (
      try await kernel("6.9.3-s390x", "6.9.3-1"), try await kernel("6.9.2-s390x", "6.9.2-1"),
      try await kernel("6.9.1-s390x", "6.9.1-1")
    )
    // One that no metapackage names, of a newer line, is not what the release means.
    let other = try await kernel("7.0.1-s390x", "7.0.1-1")
    try await publish([other, older, old, new, try await metapackage("6.9.3-s390x", "6.9.3-1")])
    #expect(try await fetch().kernel.release == "6.9.3-s390x")

    for item in scratch.store.list() { try scratch.store.remove(item) }
    try FileManager.default.removeItem(at: scratch.folders.packages.appending(path: "pool"))
    try FileManager.default.removeItem(at: new.file)
    let (kernel, talk) = try await fetch()
    #expect(kernel.release == "6.9.2-s390x")
    #expect(kernel.version == "6.9.2-1")
    #expect(kernel.name == "debian:sid")
    let line =
      "the Debian mirror lists linux-image-6.9.3-s390x 6.9.3-1 in sid but does not have it; "
      + "taking linux-image-6.9.2-s390x 6.9.2-1"
    #expect(talk.filter { $0.contains("does not have") } == [line])
    // For an hour it is not asked for again.
    try scratch.store.remove(kernel)
    let (again, more) = try await fetch()
    #expect(again.version == "6.9.2-1")
    #expect(more.filter { $0.contains("does not have") } == [line])
    #expect(!more.contains { $0.contains("fetching linux-image-6.9.3-s390x") }, "\(more)")
    #expect(talk.contains { $0.contains("fetching linux-image-6.9.3-s390x") }, "\(talk)")
    // So does one whose bytes are not those of the signed list.
    try FileManager.default.removeItem(at: scratch.folders.packages.appending(path: "pool"))
    try scratch.store.remove(kernel)
    try Data("not it".utf8).write(to: old.file)
    #expect(try await fetch().kernel.version == "6.9.1-1")
    // And the newest is taken as soon as it is there again.
    _ = try await self.kernel("6.9.3-s390x", "6.9.3-1")
    try await publish([
      try await self.kernel("6.9.3-s390x", "6.9.3-1"), try await metapackage("6.9.3-s390x", "6.9.3-1"),
    ])
    try FileManager.default.removeItem(at: scratch.folders.packages.appending(path: "apt"))
    #expect(try await fetch().kernel.version == "6.9.3-1")
  }

  @Test func `a kernel in parts is put together from the packages of one version`() async throws {
    func parts(_ release: String, _ version: String) async throws -> [FakeArchive.Package] {
      let folder = "usr/lib/modules/\(release)"
      let depends = ["base", "binary", "modules"].map { "linux-\($0)-\(release) (= \(version))" }
      return [
        try await archive.add(
          "linux-image-\(release)", version, depends: "initramfs-tools | dracut, " + depends.joined(separator: ", ")),
        try await archive.add(
          "linux-base-\(release)", version, files: ["\(folder)/config": Array("CONFIG_S=y\n".utf8)]),
        try await archive.add(
          "linux-binary-\(release)", version, files: ["\(folder)/vmlinuz": Scratch.kernel(release: release)],
          depends: "linux-base-\(release) (= \(version))"),
        try await archive.add("linux-modules-\(release)", version, files: ["\(folder)/modules.order": []]),
      ]
    }
    let (old, new) = (try await parts("7.2.1-s390x", "7.2.1-1"), try await parts("7.2.2-s390x", "7.2.2-1"))
    try await publish(old + new + [try await metapackage("7.2.2-s390x", "7.2.2-1")])
    let store = scratch.store
    let kernel = try await fetch().kernel
    #expect(kernel.release == "7.2.2-s390x")
    #expect(try KernelImage(file: store.image(of: kernel)).release == "7.2.2-s390x")
    #expect(try store.config(of: kernel).map { try Data(contentsOf: $0) } == Data("CONFIG_S=y\n".utf8))
    #expect(store.modules(of: kernel) != nil)
    // All of one version must be there.
    try store.remove(kernel)
    try FileManager.default.removeItem(at: scratch.folders.packages.appending(path: "pool"))
    try FileManager.default.removeItem(at: new[3].file)
    let (older, talk) = try await fetch()
    #expect(older.release == "7.2.1-s390x")
    #expect(talk.contains { $0.contains("linux-modules-7.2.2-s390x 7.2.2-1") })
  }

  @Test func `when all that is listed is missing, the release's other lists serve, then the cache`() async throws {
    let (new, old) = (try await kernel("6.9.3-s390x", "6.9.3-1"), try await kernel("6.9.1-s390x", "6.9.1-1"))
    try await publish([new, try await metapackage("6.9.3-s390x", "6.9.3-1")])
    // Mirrors keep a suite's other name in an older state.
    try await archive.publish(
      "unstable", suite: "unstable", codename: "sid", [old, try await metapackage("6.9.1-s390x", "6.9.1-1")])
    try FileManager.default.removeItem(at: new.file)
    let kernel = try await fetch().kernel
    #expect(kernel.release == "6.9.1-s390x")
    try FileManager.default.removeItem(at: old.file)
    try FileManager.default.removeItem(at: scratch.folders.packages.appending(path: "pool"))
    let (cached, _) = try await fetch()
    #expect(cached.id == kernel.id)
    try scratch.store.remove(kernel)
    let error = await #expect(throws: LabError.self) { try await fetch() }
    #expect(error?.problem.contains("nor another version") == true, "\(String(describing: error))")
  }

  @Test func `lists that have expired are used with a word`() async throws {
    try await publish([try await kernel("6.9.3-s390x", "6.9.3-1")], validUntil: Date(timeIntervalSinceNow: -2_000_000))
    let (kernel, talk) = try await fetch()
    #expect(kernel.release == "6.9.3-s390x")
    #expect(talk.contains { $0.contains("have expired on") }, "\(talk)")
  }

  @Test func `lists that do not fit their signature are replaced by older ones, or refused`() async throws {
    let packages = [try await kernel("6.9.3-s390x", "6.9.3-1")]
    try await publish(packages)
    try archive.putOutOfStep("sid")
    let error = await #expect(throws: LabError.self) { try await fetch() }
    #expect(error?.problem.hasPrefix("cannot refresh the lists of Debian sid") == true)
    try await archive.publish("unstable", suite: "unstable", codename: "sid", packages)
    let (kernel, talk) = try await fetch()
    #expect(kernel.release == "6.9.3-s390x")
    #expect(talk.contains { $0.hasPrefix("the lists of sid are out of step on the mirror; taking those of unstable") })
    // Another release under that name is not what was asked for.
    try await archive.publish("unstable", suite: "unstable", codename: "other", packages)
    try FileManager.default.removeItem(at: scratch.folders.packages)
    await #expect(throws: LabError.self) { try await fetch(usesCache: false) }
  }

  @Test func `lists at hand serve while the mirror is between two states`() async throws {
    try await publish([try await kernel("6.9.3-s390x", "6.9.3-1")])
    _ = try await fetch()
    try await publish([try await kernel("6.9.4-s390x", "6.9.4-1")])
    try archive.putOutOfStep("sid")
    let stamp = scratch.folders.packages.appending(path: "apt/sid-s390x/refreshed")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -9000)], ofItemAtPath: stamp.path)
    let (kernel, talk) = try await fetch()
    #expect(kernel.name == "debian:sid")
    #expect(talk.contains { $0.contains("; going on with those of ") }, "\(talk)")
  }

  @Test func `lists that another key has signed are refused`() async throws {
    try await publish([try await kernel("6.9.3-s390x", "6.9.3-1")])
    let stranger = try await FakeArchive()
    let source = DebianArchive(
      release: "sid", architecture: "s390x", folders: scratch.folders, mirror: archive.mirror, keyring: stranger.keyring
    )
    await #expect(throws: LabError.self) { try await source.refresh() }
  }

  @Test func `a version is insisted on`() async throws {
    let (new, old) = (try await kernel("6.9.3-s390x", "6.9.3-1"), try await kernel("6.9.1-s390x", "6.9.1-1"))
    try await publish([new, old, try await metapackage("6.9.3-s390x", "6.9.3-1")])
    let newest = try await fetch().kernel
    let pinned = try await fetch(version: "6.9.1-1").kernel
    #expect(pinned.name == "debian:sid=6.9.1-1")
    #expect(try scratch.store.find("debian:sid=6.9.1-1") == pinned)
    #expect(try scratch.store.find("debian:sid=6.9.3-1") == newest)
    #expect(try scratch.store.find("debian:sid") == newest)
    let error = await #expect(throws: RequestError.self) { try await fetch(version: "6.9.1") }
    #expect(error?.advice?.hasPrefix("Did you mean debian:sid=6.9.1-1? It has 6.9.3-1, 6.9.1-1;") == true)
  }

  @Test func `what can be had is listed, with dates and what the mirror lacks`() async throws {
    let (new, old) = (try await kernel("6.9.3-s390x", "6.9.3-1"), try await kernel("6.9.1-s390x", "6.9.1-1"))
    try await publish([new, old, try await metapackage("6.9.3-s390x", "6.9.3-1")])
    try FileManager.default.removeItem(at: new.file)
    let kept = try await fetch().kernel
    let source = DebianArchive(
      release: "sid", architecture: "s390x", folders: scratch.folders, mirror: archive.mirror, keyring: archive.keyring)
    let listed = try await scratch.store.available(in: source) { _ in }
    #expect(listed.map(\.name) == ["debian:sid=6.9.3-1", "debian:sid=6.9.1-1"])
    #expect(listed.map(\.available) == [false, true])
    #expect(listed.map(\.isDefault) == [false, true])
    #expect(listed.map(\.cached) == [nil, kept.id])
    let built = try #require(listed[1].date)
    #expect(abs(built.timeIntervalSinceNow) < 86400)
  }
}
