import ArgumentParser
import Foundation
import Testing

@testable import Commands

/// Options and arguments that users of git, b4, pytest and virtme-ng expect.
@Suite struct HabitTests {
  @Test(arguments: [
    ("https://lore.kernel.org/all/20220831.2@example.org/", "20220831.2@example.org"),
    ("https://lore.kernel.org/linux-s390/20220831.2@example.org/T/#u", "20220831.2@example.org"),
    ("<20220831.2@example.org>", "20220831.2@example.org"), ("20220831.2@example.org", "20220831.2@example.org"),
    ("fix.mbox", nil), ("mails/a@b", nil), ("-", nil), ("a b@c", nil), ("", nil),
  ])
  func `a message-id is found`(text: String, id: String?) {
    #expect(messageID(in: text) == id)
  }

  @Test func `a link to a mail is refused with the way to get a file`() async throws {
    let zlab = try ZlabFixture()
    let link = "https://lore.kernel.org/all/20220831.2@example.org/"
    for arguments in [["patch", "show", link], ["verify", link, "--source", "debian:6.1", "--scenario", "nothing"]] {
      let process = try zlab.start(arguments)
      process.say("")
      let result = await process.end()
      #expect(result.code == 64 && result.talk.contains("b4 am -o - 20220831.2@example.org |"), "\(result.talk)")
    }
  }

  @Test func `colour can be asked for in a pipe, and refused`() async throws {
    let zlab = try ZlabFixture()
    let log = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "DmesgTests/Fixtures/arm64-paging-request.txt").path
    for (choice, isColoured) in [("always", true), ("auto", false), ("never", false)] {
      let result = try await zlab.run("dmesg", "--color", choice, log)
      #expect(result.code == 1 && result.output.contains("\u{1b}[") == isColoured, "\(choice): \(result.output)")
    }
  }

  @Test func `a night is narrowed to some cells`() async throws {
    let zlab = try ZlabFixture()
    let file = zlab.home.appending(path: "plan.yaml")
    try Data(try await zlab.run("nightly", "example").output.utf8).write(to: file)
    let one = try await zlab.run("nightly", file.path, "--dry-run", "--only", "trixie/stock/slot")
    #expect(one.code == 0 && one.output.contains("1 cell,") && !one.output.contains("bookworm"), "\(one.output)")
    let none = try await zlab.run("nightly", file.path, "--dry-run", "--only", "no-such")
    #expect(none.code == 64 && none.talk.contains("debian:trixie/stock/nothing"), "\(none.talk)")
    let failed = try await zlab.run("nightly", file.path, "--dry-run", "--failed")
    #expect(failed.code == 64 && failed.talk.contains("failed the last time"), "\(failed.talk)")
  }

  @Test func `a command runs in a guest, and its output is the result`() async throws {
    let zlab = try ZlabFixture()
    let result = try await zlab.run("boot", "debian:bookworm", "--exec", "echo hello; echo trouble >&2", "-q")
    #expect(result.code == 0 && result.output == "hello\n", "\(result.output)\(result.talk)")
    #expect(result.talk.contains("trouble"))
    let failed = try await zlab.run("boot", "debian:bookworm", "--exec", "exit 3")
    #expect(failed.code == 2 && failed.talk.contains("exited with status 3"), "\(failed.talk)")
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `folders of the host are there in a guest, and only one can be written`() async throws {
    let zlab = try ZlabFixture()
    let (given, wanted) = (zlab.home.appending(path: "given, all"), zlab.home.appending(path: "wanted"))
    for folder in [given, wanted] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try Data("from the host\n".utf8).write(to: given.appending(path: "file"))
    let script = "cat '\(given.path)/file' >/out/copy; echo no >'\(given.path)/new'; cat /out/copy"
    let result = try await zlab.run(
      "boot", "debian:bookworm", "--rodir", given.path, "--rwdir", "/out=\(wanted.path)", "--exec", script, "-q")
    #expect(result.code == 0 && result.output == "from the host\n", "\(result.output)\(result.talk)")
    #expect(result.talk.contains("Read-only file system"), "\(result.talk)")
    #expect(try String(contentsOf: wanted.appending(path: "copy"), encoding: .utf8) == "from the host\n")
    #expect(!FileManager.default.fileExists(atPath: given.appending(path: "new").path))
  }

  @Test(arguments: ["no-such-folder", "/proc/self=.", "/=.", "Package.swift/x"])
  func `a folder that cannot be shown is refused`(argument: String) async throws {
    let result = try await ZlabFixture().run("boot", "no-such-kernel", "--rodir", argument)
    #expect(result.code == 64 && !result.talk.contains("no-such-kernel"), "\(result.talk)")
  }

  @Test func `builds take make's -j, and a step of git bisect no revision`() async throws {
    let zlab = try ZlabFixture()
    let build = try KernelBuildCommand.parse(["debian:6.1", "-j", "3"])
    #expect(build.build.buildJobs == 3)
    #expect(throws: (any Error).self) { try KernelBuildCommand.parse(["debian:6.1", "-j", "3", "--build-jobs", "4"]) }
    #expect(throws: (any Error).self) { try KernelBuildCommand.parse(["debian:6.1", "-j", "0"]) }
    let step = try await zlab.run("bisect", "step", "--scenario", "nothing", "--rev", "v6.12")
    #expect(step.code == 192 && step.talk.contains("--rev"), "\(step.code) \(step.talk)")
  }
}
