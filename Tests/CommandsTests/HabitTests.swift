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
}
