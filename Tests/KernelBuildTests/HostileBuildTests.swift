import Folders
import Foundation
import HostTools
import KernelBuild
import Kernels
import Records
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
      "echo x > /proc/sys/kernel/core_pattern", "ls /ccache/base/../../kernels",
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

  @Test func `what a patched build leaves in ccache does not reach another`() async throws {
    // It fills the store that it may write with rubbish under every name, and tries the shared one.
    let linux = try FakeLinux(recipe: [
      "@for f in $$(find /ccache -type f); do echo rubbish > $$f && echo SPOILT $$f; done 2>/dev/null; true"
    ])
    defer { linux.remove() }
    let before = try await linux.build(linux.request(config: "CONFIG_A=y\n"))
    let base = linux.folders.cache.appending(path: "ccache/base")
    let stores = try FileManager.default.contentsOfDirectory(atPath: base.deletingLastPathComponent().path)
    #expect(stores == ["base"])
    #expect(before.build?.cacheMisses == 1)
    let sums = HostTool("bash", ["-c", "find \(base.path) -type f -exec sha256sum {} + | sort"], to: "look")
    let clean = try await sums.run().text
    let patched = try await linux.build(linux.request(patches: [FakeLinux.patch("int answer = 43;")]))
    #expect(try await sums.run().text == clean)
    let log = try String(contentsOf: #require(linux.kernels.log(of: patched)), encoding: .utf8)
    #expect(!log.contains("SPOILT /ccache/base"))
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
