import Foundation
import HostTools
import ImageRecipes
import Kernels
import Model
import Storage
import Testing

@testable import Images

@Suite final class ImageStoreTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "zlab-images-\(UUID().uuidString)")
  private var folders: Locations { Locations(cache: root, state: root, runtime: root) }
  private var store: ImageStore { ImageStore(folders: folders, recipes: bundledRecipes) }

  deinit { try? FileManager.default.removeItem(at: root) }

  private func plant(_ digit: String, size: Int, actual: Int) async throws -> ImageRecord {
    let record = ImageRecord(
      id: String(repeating: digit, count: 64), name: "mini", kernel: "k", size: size,
      created: Date(timeIntervalSince1970: 0))
    let added = try await store.cacheStore.add(id: record.id) { draft in
      try Data(count: size).write(to: draft.appending(path: "initramfs"))
      return record
    }
    try Data(count: actual).write(to: store.initramfs(of: record))
    return added
  }

  @Test func `a truncated or damaged image is skipped and told`() async throws {
    let whole = try await plant("a", size: 5, actual: 5)
    _ = try await plant("b", size: 5, actual: 4)
    let damaged = try await plant("c", size: 5, actual: 5)
    try Data("no JSON".utf8).write(to: store.cacheStore.folder(damaged.id).appending(path: "image.json"))
    #expect(store.list() == [whole])
    #expect(store.contents().damaged.count == 2)
    // And a damaged one is replaced when it is made again.
    let again = try await plant("b", size: 5, actual: 5)
    #expect(store.list() == [whole, again] || store.list() == [again, whole])
  }

  @Test func `a removed image is gone`() async throws {
    let record = try await plant("a", size: 5, actual: 5)
    try store.remove(record)
    #expect(store.list().isEmpty)
    #expect(throws: LabError.self) { try store.remove(record) }
  }
}

// This asks the mirror of the host's apt; what it fetches stays in the user's cache.
@Suite(.serialized) struct ImageFromTheArchive {
  @Test func `the same inputs give the same bytes, with all that a guest needs`() async throws {
    let shared = Locations(environment: ProcessInfo.processInfo.environment)
    let kernel = try await KernelStore(folders: shared).fetchDebian(release: "bookworm")
    let store = ImageStore(folders: shared, recipes: bundledRecipes)
    let image = try await store.build(recipe: "mini", kernel: kernel)
    let first = try Data(contentsOf: store.initramfs(of: image))
    // Built again beside the first, which a guest of another test may be booting.
    let root = FileManager.default.temporaryDirectory.appending(path: "zlab-images-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for folder in [shared.kernels, shared.packages] {
      try FileManager.default.createSymbolicLink(
        at: root.appending(path: folder.lastPathComponent), withDestinationURL: folder)
    }
    let second = ImageStore(folders: Locations(cache: root, state: root, runtime: root), recipes: bundledRecipes)
    let again = try await second.build(recipe: "mini", kernel: kernel)
    #expect(again.id == image.id)
    #expect(try Data(contentsOf: second.initramfs(of: again)) == first)
    let names = try await contents(of: first)
    for wanted in [
      "init", "bin/busybox", "bin/sh", "usr/bin/zlab-actor", "usr/bin/zlab-runner", "usr/bin/nothing",
      "etc/modules.order", "lib/modules/virtio_console.ko",
    ] {
      #expect(names.contains(wanted), "\(wanted)")
    }
  }

  private func contents(of archive: Data) async throws -> Set<String> {
    var list = HostTool("cpio", ["--list", "--quiet"], to: "list")
    list.input = Array(archive)
    return Set(try await list.run().text.split(separator: "\n").map(String.init))
  }
}
