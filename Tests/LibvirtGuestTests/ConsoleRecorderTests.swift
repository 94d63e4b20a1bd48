import CLinux
import Foundation
import Guest
import Testing

@testable import LibvirtGuest

@Suite final class ConsoleRecorderTests {
  let folder = "/tmp/zlab-recorder-\(UInt32.random(in: .min ... .max))"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func record(to file: String, _ pieces: [String]) async throws -> String? {
    let recorder = try ConsoleRecorder(socket: folder + "/c", file: file, isShared: false)
    let descriptor = zlab_unix_connect(folder + "/c")
    #expect(descriptor >= 0)
    for piece in pieces { #expect(write(descriptor, piece, piece.utf8.count) == piece.utf8.count) }
    close(descriptor)
    return await recorder.finish()
  }

  @Test func `every byte gets to the file`() async throws {
    let file = folder + "/console.log"
    #expect(try await record(to: file, ["one\n", String(repeating: "x", count: 200_000), "\nlast"]) == nil)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasPrefix("one\nxxx") && text.hasSuffix("x\nlast") && text.count == 200_009)
  }

  @Test func `a disk that stays full is told`() async throws {
    #expect(
      try await record(to: "/dev/full", ["one\n"]) == "the console could not be written: No space left on device")
  }

  @Test func `a guest that never connects is not waited for`() async throws {
    let recorder = try ConsoleRecorder(socket: folder + "/c", file: folder + "/console.log", isShared: false)
    #expect(await recorder.finish() == nil)
  }
}

@Suite struct RunnerAllowanceTests {
  @Test func `a guest may not send without end`() {
    var allowance = RunnerAllowance()
    let answers = (0..<20_001).map { _ in allowance.take(.asks(1, .plug, fid: 1), bytes: 12) }
    #expect(answers.last == .exceeded && answers.dropLast().allSatisfy { $0 == .passedOn })
  }

  @Test func `nor much at once`() {
    var allowance = RunnerAllowance()
    let big = RunnerMessage.ended(1, code: 0, output: [], stderr: [])
    let answers = (0..<65).map { _ in allowance.take(big, bytes: 512 << 10) }
    #expect(answers[63] == .passedOn && answers[64] == .exceeded)
  }

  @Test func `signs of life are thinned out, and never held against it`() {
    var allowance = RunnerAllowance()
    let start = ContinuousClock.now
    let answers = (0..<100_000).map { allowance.take(.alive, bytes: 6, at: start + .microseconds(10 * $0)) }
    #expect(answers.count { $0 == .passedOn } == 10)
    #expect(answers.allSatisfy { $0 != .exceeded })
  }
}
