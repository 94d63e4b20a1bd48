import Foundation
import HostTools
import Model

/// Debian's cross compiler for s390x.
struct CrossCompiler {
  private let name = "s390x-linux-gnu-gcc"
  private let options = ["-static", "-s", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]

  /// Identity of the compiler: version, options and the static C library.
  func fingerprint() async throws -> String {
    guard let version = try? await tool(["--version"], to: "ask").run().text.split(separator: "\n").first else {
      throw missing
    }
    let library = try await tool(["-print-file-name=libc.a"], to: "find the static C library for s390x").run().text
    let path = library.trimmingCharacters(in: .whitespacesAndNewlines)
    guard path.hasPrefix("/") else { throw missing }
    let sum = try await sha256(ofFile: URL(fileURLWithPath: path))
    return "\(version) \(options.joined(separator: " ")) \(sum)"
  }

  /// Makes one static program of C files that lie in one folder.
  /// - Throws: ``LabError`` with the compiler's words.
  func compile(_ sources: [String], in folder: URL, to program: URL) async throws {
    var compiler = tool(options + ["-o", program.path] + sources.map { "./" + $0 }, to: "compile \(folder.path)")
    compiler.directory = folder.path
    try await compiler.run()
  }

  private func tool(_ arguments: [String], to purpose: String) -> HostTool { HostTool(name, arguments, to: purpose) }

  private var missing: LabError {
    LabError(
      "cannot compile guest programs: \(name) or its static C library is missing",
      advice: "`apt-get install gcc-s390x-linux-gnu libc6-dev-s390x-cross` brings them.")
  }
}
