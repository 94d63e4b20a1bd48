import Foundation
import Model
import Storage
import Testing

@testable import Kernels

@Suite struct KernelStoreTests {
  private let scratch = Scratch()
  private var store: KernelStore { scratch.store }

  @Test func `an empty cache has no kernels and says how to get one`() {
    #expect(store.list().isEmpty)
    let error = #expect(throws: RequestError.self) { try store.find("debian:trixie") }
    #expect(error?.problem == "there is no kernel `debian:trixie`: no kernel was fetched yet")
    #expect(error?.advice == "`zlab kernel fetch debian:trixie` fetches one.")
  }

  @Test func `a typing error is not advised to be fetched`() {
    let error = #expect(throws: RequestError.self) { try store.find("debian:trixe") }
    #expect(error?.advice == "Did you mean debian:trixie? `zlab kernel fetch debian:trixie` fetches one.")
  }

  @Test(arguments: [
    ("debian:Bookworm", "Did you mean debian:bookworm?"), ("bookworm", "Did you mean debian:bookworm?"),
    ("Debian:Trixie", "Did you mean debian:trixie? `zlab kernel fetch debian:trixie` fetches one."),
    ("sid", "Did you mean debian:sid? `zlab kernel fetch debian:sid` fetches one."),
    ("debian:", "`zlab kernel fetch debian:bookworm` fetches one."),
    ("debian:duke", "`zlab kernel fetch debian:duke` fetches one."),
  ]) func `advice names what is meant`(_ text: String, _ advice: String) throws {
    try scratch.plant("aaaa1", name: "debian:bookworm")
    let error = #expect(throws: RequestError.self) { try store.find(text) }
    #expect(error?.advice?.hasSuffix(advice) == true, "\(error?.advice ?? "")")
  }

  @Test func `a name means the newest of that name`() throws {
    try scratch.plant("aaaa1", name: "debian:bookworm", age: 10)
    let newer = try scratch.plant("bbbb1", name: "debian:bookworm")
    #expect(try store.find("debian:bookworm") == newer)
    #expect(try store.find("latest") == newer)
  }

  @Test func `without the archive the last kernel that was fetched serves, but for a mirror that was asked for`()
    async throws
  {
    let last = try scratch.plant("aaaa1", name: "debian:trixie")
    try scratch.plant("bbbb1", name: "debian:trixie", age: 10)
    // No lists can be kept, so none can be had.
    _ = try scratch.write([], to: "packages")
    var talk: [String] = []
    #expect(try await store.fetchDebian(release: "trixie", progress: { talk.append($0) }) == last)
    #expect(talk.last?.hasSuffix("taking 6.1.0, which was fetched on 2023-11-14") == true, "\(talk)")
    await #expect(throws: LabError.self) { try await store.fetchDebian(release: "bookworm") }
    await #expect(throws: LabError.self) {
      try await store.fetchDebian(release: "trixie", mirror: "http://127.0.0.1:9/debian")
    }
  }

  @Test func `a unique prefix of four digits or more is enough`() throws {
    let one = try scratch.plant("abcd11", name: "one")
    try scratch.plant("abcd22", name: "other")
    #expect(try store.find("abcd1") == one)
    #expect(try store.find("ABCD1") == one)
    let ambiguous = #expect(throws: RequestError.self) { try store.find("abcd") }
    #expect(ambiguous?.problem.contains("ambiguous") == true)
    let short = #expect(throws: RequestError.self) { try store.find("abc") }
    #expect(short?.problem.contains("known are") == true)
  }

  @Test func `a damaged record is skipped and told`() throws {
    let whole = try scratch.plant("aaaa", name: "whole")
    let damaged = try scratch.plant("bbbb", name: "damaged")
    let foreign = try scratch.plant("cccc", name: "foreign")
    let record = store.cacheStore.folder(damaged.id).appending(path: "kernel.json")
    try Data("{\"id\": 3".utf8).write(to: record)
    try FileManager.default.removeItem(at: store.cacheStore.folder(foreign.id).appending(path: "image"))
    _ = try scratch.write([], to: "kernels/stray")
    #expect(store.list() == [whole])
    #expect(store.contents().damaged.count == 3)
  }

  @Test func `a record cannot name a path outside`() throws {
    var record = try scratch.plant("aaaa", name: "x")
    record.release = "../../../etc"
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    try encoder.encode(record).write(to: store.cacheStore.folder(record.id).appending(path: "kernel.json"))
    #expect(store.list().isEmpty)
  }

  @Test func `a removed kernel is gone`() throws {
    let record = try scratch.plant("aaaa", name: "x")
    try store.remove(record)
    #expect(store.list().isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folders.kernels.path).isEmpty)
    #expect(throws: LabError.self) { try store.remove(record) }
  }

  @Test func `an own kernel is kept, and once only`() async throws {
    let image = try scratch.write(Scratch.kernel(release: "6.9.0-own"), to: "bzImage")
    let config = try scratch.write("CONFIG_PCI=y\n".utf8, to: "config")
    let one = try await store.add(name: "own", image: image, modules: nil, config: config)
    #expect(one.release == "6.9.0-own")
    #expect(store.modules(of: one) == nil)
    #expect(store.config(of: one) != nil)
    #expect(try await store.add(name: "own", image: image, modules: nil, config: config) == one)
    #expect(try await store.add(name: "other", image: image, modules: nil, config: nil) != one)
    #expect(store.list().count == 2)
  }

  @Test func `modules of another release are refused`() async throws {
    let image = try scratch.write(Scratch.kernel(release: "6.9.0-own"), to: "bzImage")
    _ = try scratch.write([], to: "out/lib/modules/6.1.0/kernel/a.ko")
    let out = scratch.root.appending(path: "out")
    let error = await #expect(throws: RequestError.self) {
      try await store.add(name: "own", image: image, modules: out, config: nil)
    }
    #expect(error?.problem.hasPrefix("the kernel is 6.9.0-own, but") == true)
    #expect(store.list().isEmpty)
  }

  @Test(arguments: ["", "latest", "debian:own", "a/b", "-x", ".x", "a b", "a`b"])
  func `a name that would mislead is refused`(name: String) async throws {
    let image = try scratch.write(Scratch.kernel(release: "6.9.0"), to: "bzImage")
    await #expect(throws: RequestError.self) {
      try await store.add(name: name, image: image, modules: nil, config: nil)
    }
  }

  @Test func `what is no kernel is refused and leaves nothing`() async throws {
    let image = try scratch.write("hello\n".utf8, to: "bzImage")
    await #expect(throws: RequestError.self) {
      try await store.add(name: "own", image: image, modules: nil, config: nil)
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.folders.kernels.path))
  }
}

// This asks the mirror of the host's apt; what it fetches stays in the user's cache.
@Suite(.serialized) struct KernelsFromTheArchive {
  @Test func `a stock kernel comes with configuration and indexed modules, once only`() async throws {
    let store = KernelStore(folders: Locations(environment: ProcessInfo.processInfo.environment))
    let kernel = try await store.fetchDebian(release: "bookworm")
    #expect(kernel.name == "debian:bookworm")
    #expect(try KernelImage(file: store.image(of: kernel)).release == kernel.release)
    #expect(store.config(of: kernel) != nil)
    let modules = try #require(store.modules(of: kernel))
    #expect(FileManager.default.fileExists(atPath: modules.appending(path: "modules.dep").path))
    var talk: [String] = []
    #expect(try await store.fetchDebian(release: "bookworm", progress: { talk.append($0) }) == kernel)
    #expect(!talk.contains { $0.hasPrefix("fetching") })
    #expect(try store.find(String(kernel.id.prefix(12))) == kernel)
  }
}
