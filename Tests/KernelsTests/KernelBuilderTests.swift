import Foundation
import HostTools
import KernelConfig
import Kernels
import Model
import PatchMail
import Synchronization
import Testing

@Suite struct KernelBuilderTests {
  @Test func `a kernel is built once, and its record says from what`() async throws {
    // A second or two of work, in the children of children.
    let linux = try FakeLinux(recipe: ["@bash -c 'end=$$((SECONDS + 2)); while [ $$SECONDS -lt $$end ]; do :; done'"])
    defer { linux.remove() }
    let kernel = try await linux.build(linux.request(patches: [FakeLinux.patch("int answer = 43;")]))
    let build = try #require(kernel.build)
    #expect(kernel.release == "6.1.7")
    #expect(build.patches.map(\.subject) == ["Another answer"])
    // As kcidb_io's schema has it: sha256sum *.patch | cut -c-64 | sha256sum | cut -c-64.
    var sums = HostTool("sh", ["-c", "sha256sum | cut -c-64 | sha256sum | cut -c-64"], to: "name the patches")
    let patched = try linux.request(patches: [FakeLinux.patch("int answer = 43;")])
    sums.input = Array(patched.patches.flatMap(\.patches).map(\.text).joined().utf8)
    #expect(try await sums.run().text == (build.patchsetHash ?? "") + "\n")
    #expect(build.objects == 1)
    #expect(build.cpuSeconds > 0.05)
    #expect(build.fragments == ["test.config"])
    #expect(build.sandboxed)
    #expect(build.cacheHits + build.cacheMisses == 1)
    #expect(linux.leftovers.isEmpty)
    let config = try #require(linux.kernels.config(of: kernel))
    #expect(try String(contentsOf: config, encoding: .utf8).contains("CONFIG_A=y"))
    let heard = Mutex(false)
    let again = try await linux.build(linux.request(patches: [FakeLinux.patch("int answer = 43;")])) { event in
      if case .compiled = event { heard.withLock { $0 = true } }
    }
    #expect(again == kernel)
    #expect(!heard.withLock { $0 })
  }

  @Test func `source, patches and configuration each make another kernel, and the way to them does not`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    let plain = try await linux.build(linux.request())
    let patched = try await linux.build(linux.request(patches: [FakeLinux.patch("int answer = 43;")]))
    let configured = try await linux.build(linux.request(config: "CONFIG_A=y\nCONFIG_B=y\n"))
    #expect(Set([plain.id, patched.id, configured.id]).count == 3)
    try Data("int answer = 43;\n".utf8).write(to: linux.source.appending(path: "kernel.c"))
    #expect(try await linux.build(linux.request()).id == patched.id)
  }

  @Test func `a kernel that is in the cache gets the name that is asked for, and no name of another's`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    var request = try linux.request()
    let first = try await linux.build(request)
    request.name = "mine"
    let second = try await linux.build(request)
    #expect(second.id == first.id && second.name == "mine")
    #expect(try linux.kernels.find("mine").id == first.id)
    for name in ["latest", "debian:bookworm", "a/b"] {
      request.name = name
      await #expect(throws: RequestError.self) { try await linux.build(request) }
    }
  }

  @Test func `two who want the same kernel build it once`() async throws {
    let linux = try FakeLinux(recipe: ["@echo '  CC      built.o'", "@sleep 1"])
    defer { linux.remove() }
    let request = try linux.request()
    let waited = Mutex(0)
    let listen: @Sendable (BuildEvent) -> Void = { event in
      if case .note(let text) = event, text.contains("waiting") { waited.withLock { $0 += 1 } }
      // Who builds says so in the lock that the others wait for.
      if case .waiting(let other) = event, let process = other.process {
        #expect(process == Int(getpid()) && other.since != nil)
      }
    }
    async let first = linux.build(request, onEvent: listen)
    async let second = linux.build(request, onEvent: listen)
    #expect(try await first == second)
    #expect(waited.withLock { $0 } == 1)
  }

  @Test func `what does not compile is the request's fault, with the first error and its place`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    let request = try linux.request(patches: [FakeLinux.patch("int answer = question;")])
    let error = await #expect(throws: RequestError.self) { try await linux.build(request) }
    #expect(error?.problem.contains("cannot build the kernel: kernel.c:1:14: error: ") == true, "\(error as Any)")
    #expect(error?.advice?.contains(".log") == true)
    #expect(linux.kernels.list().isEmpty)
    #expect(linux.leftovers.isEmpty)
  }

  @Test func `what does not apply is told before anything is built`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    try Data("int answer = 7;\n".utf8).write(to: linux.source.appending(path: "kernel.c"))
    let request = try linux.request(patches: [FakeLinux.patch("int answer = 43;")])
    let error = await #expect(throws: RequestError.self) { try await linux.build(request) }
    #expect(error?.problem.contains("kernel.c") == true, "\(error as Any)")
    #expect(linux.kernels.list().isEmpty)
  }

  @Test func `an option that does not survive is an error, or a note where that is allowed`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    var request = try linux.request(config: "CONFIG_A=y\nCONFIG_IMPOSSIBLE=y\n")
    let error = await #expect(throws: RequestError.self) { try await linux.build(request) }
    #expect(
      error?.problem.contains("CONFIG_IMPOSSIBLE=y (test.config:2): not in Linux 6.1.7") == true, "\(error as Any)")
    request.allowsMissing = true
    let kernel = try await linux.build(request)
    #expect(kernel.build?.missing.count == 1)
    // Also from the cache.
    request.allowsMissing = false
    let strict = await #expect(throws: RequestError.self) { try await linux.build(request) }
    #expect(strict?.problem == error?.problem)
  }

  @Test func `a full disk and missing memory are the lab's fault`() async throws {
    for words in ["ld: cannot write: No space left on device", "cc1: out of memory allocating 4096 bytes"] {
      let linux = try FakeLinux(recipe: ["@echo '\(words)'; exit 1"])
      defer { linux.remove() }
      await #expect(throws: LabError.self) { try await linux.build(linux.request()) }
      #expect(linux.kernels.list().isEmpty)
    }
  }

  @Test func `a source that speaks of memory is not a host that has none`() async throws {
    let linux = try FakeLinux(recipe: [
      "@echo 'a.c:1:2: error: expected something'; echo '  1 | pr_err(\"Cannot allocate memory\");'; exit 1"
    ])
    defer { linux.remove() }
    let error = await #expect(throws: RequestError.self) { try await linux.build(linux.request()) }
    #expect(error?.problem.contains("a.c:1:2: error: expected something") == true, "\(error as Any)")
  }

  @Test func `a build that is cancelled leaves nothing, and the next one works`() async throws {
    let linux = try FakeLinux(recipe: ["@test -e \(NSTemporaryDirectory())/never || sleep 3"])
    defer { linux.remove() }
    let request = try linux.request()
    let started = Mutex(false)
    let work = Task {
      try await linux.build(request) { event in
        if case .compiled = event { started.withLock { $0 = true } }
      }
    }
    while !started.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(20)) }
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
    #expect(linux.leftovers.isEmpty)
    #expect(linux.kernels.list().isEmpty)
    #expect(try await linux.build(request).release == "6.1.7")
  }
}
