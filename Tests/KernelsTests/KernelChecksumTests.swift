import Foundation
import Model
import Storage
import Testing

@testable import Kernels

@Suite struct KernelChecksumTests {
  private let scratch = Scratch()

  @Test func `a kernel with one byte flipped is not booted`() async throws {
    let image = try scratch.write(Scratch.kernel(release: "6.9.1"), to: "bzImage")
    let kernel = try await scratch.store.add(name: "mine", image: image, modules: nil, config: nil)
    try await scratch.store.verify(kernel)
    let file = scratch.store.image(of: kernel)
    var bytes = try Data(contentsOf: file)
    bytes[0x10c00] ^= 1
    try bytes.write(to: file)
    let error = await #expect(throws: LabError.self) { try await scratch.store.verify(kernel) }
    #expect(error?.problem.contains("mine") == true)
    #expect(error?.advice?.contains("zlab kernel remove \(kernel.id.prefix(12))") == true)
    bytes[0x10c00] ^= 1
    try bytes.write(to: file)
    try await scratch.store.verify(kernel)
  }

  @Test func `no image is made of modules that have changed`() async throws {
    let image = try scratch.write(Scratch.kernel(release: "6.9.1"), to: "bzImage")
    let kernel = try await scratch.store.add(name: "mine", image: image, modules: nil, config: nil)
    // What a kernel of an earlier version has: modules, and no record of them.
    let folder = scratch.store.cacheStore.folder(kernel.id)
    let module = folder.appending(path: "lib/modules/6.9.1/x.ko")
    try FileManager.default.createDirectory(at: module.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data([1, 2, 3]).write(to: module)
    try await scratch.store.verifyModules(kernel)
    try await scratch.store.recordModules(in: folder)
    try await scratch.store.verifyModules(kernel)
    try Data([1, 2, 4]).write(to: module)
    await #expect(throws: LabError.self) { try await scratch.store.verifyModules(kernel) }
  }

  @Test func `a kernel that came without a checksum gets one, and is held to it`() async throws {
    let kernel = try scratch.plant("aaaa", name: "old")
    try await scratch.store.verify(kernel)
    try Data([1]).write(to: scratch.store.image(of: kernel))
    await #expect(throws: LabError.self) { try await scratch.store.verify(kernel) }
    // Nor does an emptied record let everything pass.
    try Data().write(to: scratch.store.cacheStore.folder(kernel.id).appending(path: "sha256"))
    await #expect(throws: LabError.self) { try await scratch.store.verify(kernel) }
  }
}
