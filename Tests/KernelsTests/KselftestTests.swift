import Foundation
import KernelConfig
import Kernels
import Model
import Testing

@Suite struct KselftestTests {
  /// A source with the selftests `fake`, whose programs the lines of shell make.
  private func source(making lines: [String]) throws -> FakeLinux {
    let linux = try FakeLinux()
    let place = linux.source.appending(path: "tools/testing/selftests/fake")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data("CONFIG_FAKE_TEST=y\n".utf8).write(to: place.appending(path: "config"))
    try Data("\n".utf8).write(to: place.appending(path: "Makefile"))
    let makefile = linux.source.appending(path: "Makefile")
    let target = ["kselftest-all:", "\tmkdir -p $(O)/kselftest/$(TARGETS)"] + lines.map { "\t" + $0 }
    let text = try String(contentsOf: makefile, encoding: .utf8) + "\n" + target.joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: makefile)
    return linux
  }

  private func request(_ linux: FakeLinux, _ collections: [String] = ["fake"]) throws -> BuildRequest {
    var request = try linux.request()
    request.kselftests = collections
    return request
  }

  @Test func `a kernel is built with its tests, the options that they name, and nothing that is no program`()
    async throws
  {
    let linux = try source(making: [
      "echo program > $(O)/kselftest/fake/one && chmod 755 $(O)/kselftest/fake/one",
      "echo $(USERLDFLAGS) > $(O)/kselftest/fake/notes", "ln -s /etc/passwd $(O)/kselftest/fake/link",
    ])
    defer { linux.remove() }
    let plain = try await linux.build(linux.request())
    #expect(linux.kernels.kselftests(of: plain) == nil && plain.build?.kselftests == nil)
    let kernel = try await linux.build(request(linux))
    #expect(kernel.id != plain.id)
    #expect(kernel.build?.kselftests == ["fake"])
    let place = try #require(linux.kernels.kselftests(of: kernel)?.appending(path: "fake"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["one"])
    let config = try #require(linux.kernels.config(of: kernel))
    #expect(try String(contentsOf: config, encoding: .utf8).contains("CONFIG_FAKE_TEST=y"))
  }

  @Test(arguments: [
    (["@echo 'fake.c:1: error: no' >&2; false"], "fake", "cannot build the kselftests: fake.c:1: error: no"),
    (["true"], "fake", "have no program for a guest"),
    (["truncate -s 65M $(O)/kselftest/fake/one && chmod 755 $(O)/kselftest/fake/one"], "fake", "have 65 MiB"),
    (["rmdir $(O)/kselftest/fake && ln -s /etc $(O)/kselftest/fake"], "fake", "put something else in the place"),
    ([], "other", "Linux 6.1.7 has no kselftests 'other'"),
    ([], "..", "has no kselftests '..'"),
  ])
  func `tests that cannot be had are told`(recipe: [String], collection: String, words: String) async throws {
    let linux = try source(making: recipe)
    defer { linux.remove() }
    let error = await #expect(throws: RequestError.self) { try await linux.build(request(linux, [collection])) }
    #expect(error?.problem.contains(words) == true, "\(String(describing: error))")
    #expect(linux.kernels.list().isEmpty)
    #expect(linux.leftovers.isEmpty)
  }
}
