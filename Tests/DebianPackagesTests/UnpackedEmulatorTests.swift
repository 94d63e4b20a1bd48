import Foundation
import Testing

@testable import DebianPackages

@Suite struct UnpackedEmulatorTests {
  private let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "zlab qemu's \(UUID().uuidString)")
    for folder in ["usr/bin", "usr/share/qemu", "usr/lib/x86_64-linux-gnu/qemu"] {
      try FileManager.default.createDirectory(at: root.appending(path: folder), withIntermediateDirectories: true)
    }
    // Prints what it was started with.
    try program("printf '%s\\n' \"$QEMU_MODULE_DIR\" \"$@\"")
  }

  private var binary: String { root.appending(path: "usr/bin/qemu-system-s390x").path }

  private func program(_ line: String) throws {
    try Data("#!/bin/sh\n\(line)\n".utf8).write(to: URL(fileURLWithPath: binary))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: binary)
  }

  @Test func `it starts with its own modules and firmware, whatever its folder is called`() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let emulator = try #require(UnpackedEmulator(binary))
    let starter = try emulator.starter(in: root.appending(path: "starters"))
    let process = Process()
    let pipe = Pipe()
    #expect(FileManager.default.isExecutableFile(atPath: starter))
    // A test that forks just now may hold the file open for writing, which makes "text file busy" of starting it.
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [starter, "-machine", "a b"]
    process.standardOutput = pipe
    try process.run()
    let lines = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
    process.waitUntilExit()
    let place = emulator.root
    #expect(
      lines.map(String.init) == [
        place + "/usr/lib/x86_64-linux-gnu/qemu", "-L", place + "/usr/share/qemu", "-machine", "a b",
      ])
    // The second call finds the first one's.
    #expect(try emulator.starter(in: root.appending(path: "starters")) == starter)
  }

  @Test func `a program of the system, or one alone, is none`() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(UnpackedEmulator("/usr/bin/env") == nil)
    #expect(UnpackedEmulator(root.path + "/usr/bin/qemu-not-there") == nil)
    try FileManager.default.removeItem(at: root.appending(path: "usr/share/qemu"))
    #expect(UnpackedEmulator(binary) == nil)
  }
}
