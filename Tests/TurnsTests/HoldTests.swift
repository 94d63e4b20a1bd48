import Foundation
import HostTools
import Testing

/// Stops of a guest at its questions (turn-hold.c), driven by a host program.
@Suite struct HoldTests {
  @Test func `no vCPU goes on before the host says so, and none waits for a host that is gone`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "drive-hold-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "drive-hold").path
    try await compileDriver("drive-hold", with: ["turn-hold.c"], into: program)
    let said = try await HostTool(program, [folder.appending(path: "question").path], to: "stop").run().text
    #expect(said == "1 0 0 0 1 0 1\n")
  }
}
