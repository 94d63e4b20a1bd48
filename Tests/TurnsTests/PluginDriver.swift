import Foundation
import HostTools
import Testing

/// Compiles a driver of the plugin's C sources (`NAME.c` beside the tests) by the host's gcc with its checks on.
/// - Parameters:
///   - sources: of the plugin, that the driver calls.
///   - program: path of the driver.
func compileDriver(_ name: String, with sources: [String], into program: String) async throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
    path: "../../Sources/Schedules/plugin"
  ).standardizedFileURL.path
  let driver = try #require(Bundle.module.url(forResource: name, withExtension: "c")).path
  let checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror"]
  try await HostTool(
    "gcc",
    ["-O1", "-std=gnu11", "-I", folder] + checks + ["-o", program, driver] + sources.map { folder + "/" + $0 },
    to: "compile the driver \(name)"
  ).run()
}
