import FakeSource
import Foundation
import HostTools
import Kernels
import Model
import Storage
import Testing

/// Patches that do what a stranger's patch might.
@Suite struct HostileBuildTests {
  /// Builds with these lines of shell in the Makefile; what they print is in the log.
  private func log(of recipe: [String]) async throws -> (FakeLinux, String) {
    let linux = try FakeLinux(recipe: recipe)
    let kernel = try await linux.build(linux.request())
    let log = try #require(linux.kernels.log(of: kernel))
    return (linux, try String(contentsOf: log, encoding: .utf8))
  }

  @Test func `a build cannot write outside of its output, nor open a socket`() async throws {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    let probes = [
      "touch /src/probe", "touch /usr/probe", "touch \(home)/probe", "touch /etc/passwd.probe && test -e /etc/passwd",
      "ls \(home)/..", "bash -c '</dev/tcp/127.0.0.1/1'", "test $$(grep -c : /proc/net/dev) -gt 1",
      "echo x > /proc/sys/kernel/core_pattern", "ls /ccache/../kernels",
    ]
    let recipe = probes.enumerated().map {
      "@if \($1.replacing("%", with: "%%")) 2>/dev/null >&2; then echo BROKE \($0); fi"
    }
    let (linux, log) = try await log(of: recipe + ["@echo probes are over"])
    defer { linux.remove() }
    #expect(log.contains("probes are over"))
    #expect(!log.contains("BROKE"), "\(log)")
    #expect(!FileManager.default.fileExists(atPath: home + "/probe"))
  }

  /// Names of the compiler cache's stores, and a line for each file in them that changes when the file does.
  private func stores(_ linux: FakeLinux) async throws -> (names: Set<String>, files: String) {
    let place = linux.folders.cache.appending(path: "ccache")
    let sums = HostTool("bash", ["-c", "find \(place.path) -type f -exec sha256sum {} + | sort"], to: "look")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return (Set(names), try await sums.run().text)
  }

  @Test func `what a patched build leaves in ccache does not reach another`() async throws {
    // It fills the store that it may write with rubbish under every name, and tries the shared ones.
    let linux = try FakeLinux(recipe: [
      "@for f in $$(find /ccache -type f); do echo rubbish > $$f && echo SPOILT $$f; done 2>/dev/null; true"
    ])
    defer { linux.remove() }
    let before = try await linux.build(linux.request(config: "CONFIG_A=y\n"))
    #expect(before.build?.cacheMisses == 1)
    let clean = try await stores(linux)
    let patched = try await linux.build(linux.request(patches: [FakeLinux.patch("int answer = 43;")]))
    let after = try await stores(linux)
    #expect(clean.files.split(separator: "\n").allSatisfy { after.files.contains($0) })
    let log = try String(contentsOf: #require(linux.kernels.log(of: patched)), encoding: .utf8)
    #expect(clean.names.allSatisfy { !log.contains("SPOILT /ccache/\($0)") })
  }

  @Test func `what one source leaves in ccache does not reach another source`() async throws {
    // The first source compiles the second one's file, and swaps every object in the store for another one.
    let evil = [
      "@printf 'int answer = 666;\\n' > $(O)/evil.c; s390x-linux-gnu-gcc -c $(O)/evil.c -o $(O)/evil.o",
      "@for f in $$(find /ccache -type f); do echo rubbish > $$f && echo SPOILT $$f; done; true",
    ]
    let linux = try FakeLinux(recipe: evil)
    defer { linux.remove() }
    let first = try await linux.build(linux.request())
    let log = try String(contentsOf: #require(linux.kernels.log(of: first)), encoding: .utf8)
    #expect(log.contains("SPOILT "), "the trap is none: \(log)")
    let spoilt = try await stores(linux)
    _ = try FakeSource(in: linux.source, recipe: ["@find /ccache -type f"])
    let second = try await linux.build(linux.request())
    #expect(second.id != first.id)
    #expect(second.build?.cacheHits == 0)
    let seen = try String(contentsOf: #require(linux.kernels.log(of: second)), encoding: .utf8)
    #expect(spoilt.names.filter { $0 != "debian" }.allSatisfy { !seen.contains($0) }, "\(seen)")
  }

  @Test func `a source is compiled once for all its configurations`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    #expect(try await linux.build(linux.request()).build?.cacheMisses == 1)
    let other = try await linux.build(linux.request(config: "CONFIG_A=y\nCONFIG_B=y\n"))
    #expect(other.build?.cacheHits == 1)
  }

  @Test func `a patch that makes folders without end is refused, and the next build is none the worse`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    let path = String(repeating: "d/", count: 2000) + "f"
    let patch = """
      From: A Person <a@example.org>
      Subject: [PATCH] Deep

      diff --git a/\(path) b/\(path)
      new file mode 100644
      --- /dev/null
      +++ b/\(path)
      @@ -0,0 +1 @@
      +x

      """
    let error = await #expect(throws: RequestError.self) { try await linux.build(linux.request(patches: [patch])) }
    #expect(error?.problem.contains(/is longer than|folders deep|leads through more than \d+ folders/) == true)
    #expect(try await linux.build(linux.request()).release == "6.1.7")
  }

  @Test func `a fork bomb and a memory hog end at the sandbox's limits, and what they say is not the kernel's`()
    async throws
  {
    let bomb = try FakeLinux(recipe: ["@bash -c 'bomb() { bomb | bomb & }; bomb; sleep 60'"])
    let hog = try FakeLinux(recipe: ["@perl -e '@a = (@a, \"x\" x (1 << 20)) while 1'"])
    let calm = try FakeLinux()
    defer { for linux in [bomb, hog, calm] { linux.remove() } }
    let limits = SandboxLimits(memory: 192 << 20, processes: 128, scratch: 16 << 20)
    func build(_ linux: FakeLinux) async -> Result<KernelRecord, any Error> {
      do {
        var request = try linux.request()
        request.limits = limits
        return .success(try await linux.build(request))
      } catch { return .failure(error) }
    }
    async let bombed = build(bomb)
    async let hogged = build(hog)
    async let built = build(calm)
    let ends = await (bombed, hogged, built)
    #expect(throws: Never.self) { try ends.2.get() }
    let many = #expect(throws: RequestError.self) { try ends.0.get() }
    #expect(many?.problem.contains("the sandbox's limit of 128 processes") == true, "\(many as Any)")
    let much = #expect(throws: LabError.self) { try ends.1.get() }
    #expect(much?.problem.contains("the sandbox's limit of 192 MiB of memory") == true, "\(much as Any)")
    #expect(bomb.kernels.list().isEmpty && hog.kernels.list().isEmpty)
    #expect(bomb.leftovers.isEmpty && hog.leftovers.isEmpty)
  }

  @Test func `a build that prints without end is ended`() async throws {
    let linux = try FakeLinux(recipe: ["@yes 'all work and no play' | tr -d '\\n'"])
    defer { linux.remove() }
    let error = await #expect(throws: RequestError.self) { try await linux.build(linux.request()) }
    #expect(error?.problem.contains("printed more than") == true, "\(error as Any)")
    #expect(linux.kernels.list().isEmpty)
  }

  @Test func `a build that leaves no kernel, or another machine's, is not kept`() async throws {
    for recipe in ["@rm arch/s390/boot/bzImage", "@echo text > $(O)/arch/s390/boot/bzImage"] {
      let linux = try FakeLinux(recipe: [
        recipe.replacing("arch", with: "$(O)/arch").replacing("$(O)/$(O)", with: "$(O)")
      ])
      defer { linux.remove() }
      await #expect(throws: (any Error).self) { try await linux.build(linux.request()) }
      #expect(linux.kernels.list().isEmpty)
    }
  }

  @Test func `a log that is made longer than it was written ends the build`() async throws {
    let linux = try FakeLinux(recipe: ["@perl -e 'truncate(STDOUT, 150 << 20)'"])
    defer { linux.remove() }
    let error = await #expect(throws: RequestError.self) { try await linux.build(linux.request()) }
    #expect(error?.problem.contains("printed more than") == true, "\(error as Any)")
  }

  @Test func `attributes of a tree do not make two kernels one`() async throws {
    let linux = try FakeLinux()
    defer { linux.remove() }
    try Data("*.c ident\n".utf8).write(to: linux.source.appending(path: ".gitattributes"))
    var ids: Set<String> = []
    for word in ["good", "evil"] {
      let patch = FakeLinux.patch("int answer = 42; // $Id: \(word) $")
      ids.insert(try await linux.build(linux.request(patches: [patch])).id)
    }
    #expect(ids.count == 2)
  }

  @Test func `times that are no numbers cost nothing`() async throws {
    let linux = try FakeLinux(recipe: [
      "@rm -f $(O)/.times; printf 'x\\ninfm0s nan\\n' > $(O)/.times; chmod 444 $(O)/.times"
    ])
    defer { linux.remove() }
    #expect(try await linux.build(linux.request()).build?.cpuSeconds.isFinite == true)
  }

  @Test func `a release that would be a path is refused`() async throws {
    let linux = try FakeLinux(recipe: ["@echo ../../x > $(O)/include/config/kernel.release"])
    defer { linux.remove() }
    await #expect(throws: RequestError.self) { try await linux.build(linux.request()) }
    #expect(linux.kernels.list().isEmpty)
  }

  @Test func `files of a build that are links out of it are not taken`() async throws {
    let linux = try FakeLinux(recipe: ["@rm $(O)/arch/s390/boot/bzImage; ln -s /etc/passwd $(O)/arch/s390/boot/bzImage"]
    )
    defer { linux.remove() }
    await #expect(throws: (any Error).self) { try await linux.build(linux.request()) }
    #expect(linux.kernels.list().isEmpty)
    let config = try FakeLinux(recipe: ["@rm $(O)/.config; ln -s /etc/shadow $(O)/.config"])
    defer { config.remove() }
    await #expect(throws: (any Error).self) { try await config.build(config.request()) }
    #expect(config.kernels.list().isEmpty)
  }
}
