import Foundation
import Guest
import TestSupport
import Testing

@testable import LibvirtGuest
@testable import Storage

@Suite struct RuntimeFolderTests {
  let runtime = URL(fileURLWithPath: "/tmp/zlab-test-\(UInt32.random(in: .min ... .max))")

  @Test func `what a dead process left is cleared, with its QEMU`() async throws {
    defer { try? FileManager.default.removeItem(at: runtime) }
    _ = try RuntimeFolder(under: runtime)
    let dead = runtime.appending(path: "dead")
    try FileManager.default.createDirectory(at: dead, withIntermediateDirectories: true)
    try Data().write(to: runtime.appending(path: "dead.lock"))
    // Stands for a QEMU: the same first word, and a path in the folder.
    let stray = Process()
    stray.executableURL = URL(fileURLWithPath: "/bin/bash")
    let socket = dead.path + "/monitor.sock"
    stray.arguments = ["-c", "touch \(socket); exec -a qemu-system-s390x tail -f \(socket)"]
    stray.standardOutput = FileHandle.nullDevice
    try stray.run()
    while !FileManager.default.fileExists(atPath: dead.path + "/monitor.sock") {
      try await Task.sleep(for: .milliseconds(10))
    }
    // Its first word is QEMU's from its second exec on.
    let name = "/proc/\(stray.processIdentifier)/cmdline"
    #expect(
      try await eventually { FileManager.default.contents(atPath: name)?.starts(with: Data("qemu-".utf8)) == true })
    let mine = try RuntimeFolder(under: runtime)
    stray.waitUntilExit()
    #expect(stray.terminationReason == .uncaughtSignal)
    #expect(!FileManager.default.fileExists(atPath: dead.path))
    #expect(FileManager.default.fileExists(atPath: mine.path))
    mine.clear()
  }

  @Test func `a watcher ends the QEMU of a folder when its owner is gone`() async throws {
    let folder = "/tmp/zlab-test-\(UInt32.random(in: .min ... .max))/x"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }
    let stray = Process()
    stray.executableURL = URL(fileURLWithPath: "/bin/bash")
    stray.arguments = ["-c", "touch \(folder)/s; exec -a qemu-system-s390x tail -f \(folder)/s"]
    stray.standardOutput = FileHandle.nullDevice
    try stray.run()
    let name = Data("qemu-system-s390x".utf8)
    while FileManager.default.contents(atPath: "/proc/\(stray.processIdentifier)/cmdline")?.starts(with: name) != true {
      try await Task.sleep(for: .milliseconds(10))
    }
    try #require(RuntimeWatcher(of: folder)).abandon()
    while stray.isRunning { try await Task.sleep(for: .milliseconds(10)) }
    #expect(stray.terminationReason == .uncaughtSignal)
    while FileManager.default.fileExists(atPath: folder) { try await Task.sleep(for: .milliseconds(10)) }
  }

  @Test func `a watcher that is dismissed leaves the folder`() throws {
    let folder = "/tmp/zlab-test-\(UInt32.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try #require(RuntimeWatcher(of: folder)).dismiss()
    #expect(FileManager.default.fileExists(atPath: folder))
  }

  @Test func `a living owner's folder stays`() throws {
    defer { try? FileManager.default.removeItem(at: runtime) }
    let first = try RuntimeFolder(under: runtime)
    let second = try RuntimeFolder(under: runtime)
    #expect(first.path != second.path)
    #expect(FileManager.default.fileExists(atPath: first.path))
    withExtendedLifetime(first) {}
  }

  @Test func `libvirt's log is emptied when it has grown long, and appended to after that`() throws {
    try FileManager.default.createDirectory(at: runtime, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: runtime) }
    let log = EmbeddedDriver.log(root: runtime.path)
    let writer = open(log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(writer) }
    write(writer, "line\n", 5)
    EmbeddedDriver.shortenLog(root: runtime.path, limit: 5)
    #expect(FileManager.default.contents(atPath: log) == Data("line\n".utf8))
    write(writer, "line\n", 5)
    EmbeddedDriver.shortenLog(root: runtime.path, limit: 5)
    write(writer, "next\n", 5)
    #expect(FileManager.default.contents(atPath: log) == Data("next\n".utf8))
  }

  @Test func `a runtime directory that others can enter is refused`() throws {
    defer { try? FileManager.default.removeItem(at: runtime) }
    try FileManager.default.createDirectory(at: runtime, withIntermediateDirectories: true)
    chmod(runtime.path, 0o755)
    #expect(throws: (any Error).self) { try RuntimeFolder(under: runtime) }
  }
}

@Suite struct ExitWatchTests {
  @Test func `a process that is not our child has no code`() async {
    #expect(await ProcessWaiter(of: 1).ended().code == nil)
  }
}
