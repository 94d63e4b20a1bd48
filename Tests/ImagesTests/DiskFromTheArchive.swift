import Foundation
import HostTools
import Model
import Storage
import Testing

@testable import Images

// This asks the mirror of the host's apt; what it fetches stays in the user's cache.
@Suite(.serialized) struct DiskFromTheArchive {
  @Test func `the same inputs give the same disk, byte for byte`() async throws {
    let shared = Locations(environment: ProcessInfo.processInfo.environment)
    let root = FileManager.default.temporaryDirectory.appending(path: "zlab-disks-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let recipe = root.appending(path: "tiny")
    try FileManager.default.createDirectory(at: recipe, withIntermediateDirectories: true)
    let text = "disk: {debian: trixie, size: 512, files: {/etc/motd: {text: hello}}, leave-out: [usr/share/doc]}\n"
    try Data(text.utf8).write(to: recipe.appending(path: "recipe.yaml"))
    try Data("mine".utf8).write(to: root.appending(path: "mine"))
    var additions = DiskAdditions()
    additions.copies = [DiskAdditions.Copy(source: root.appending(path: "mine").path, destination: "/opt/mine")]
    var sums: [String] = []
    var ids: [String] = []
    for number in 1...2 {
      let cache = root.appending(path: "cache\(number)")
      try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: cache.appending(path: "packages"), withDestinationURL: shared.packages)
      let store = DiskStore(folders: Locations(cache: cache, state: cache, runtime: cache), recipes: root)
      let made = try await made(store, recipe.path, additions)
      let disk = try #require(made)
      #expect(disk.packages.contains { $0.hasPrefix("bash ") })
      sums.append(try await sha256(ofFile: store.file(of: disk)))
      ids.append(disk.id)
      // A second time it is there.
      #expect(try await store.disk(disk.id, additions: DiskAdditions(), mirror: nil, update: false) { _ in } == disk)
    }
    #expect(sums[0] == sums[1])
    #expect(ids[0] == ids[1])
  }

  private func made(_ store: DiskStore, _ recipe: String, _ additions: DiskAdditions) async throws -> DiskRecord? {
    do {
      return try await store.disk(recipe, additions: additions, mirror: nil, update: false) { _ in }
    } catch let error as LabError where error.problem.contains("cannot refresh the lists of Debian") {
      // An archive between two states is no fault of ours; the test is told as skipped.
      #if compiler(>=6.3)
        try Test.cancel("Debian's archive cannot be had: \(error.problem)")
      #else
        throw error
      #endif
    }
  }
}
