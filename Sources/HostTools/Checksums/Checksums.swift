package import Foundation
import Model

/// The SHA-256 of a file's bytes, as 64 lower-case hex digits.
/// - Throws: ``LabError`` when the file cannot be read.
package func sha256(ofFile file: URL) async throws -> String {
  let all = try await sha256(ofFiles: [file])
  guard let only = all.first else { throw LabError("cannot compute the checksum of \(file.path)") }
  return only
}

/// The SHA-256 of each file's bytes, in the order given.
/// - Throws: ``LabError`` when one cannot be read.
package func sha256(ofFiles files: [URL]) async throws -> [String] {
  var sums: [String] = []
  var rest = files[...]
  while !rest.isEmpty {
    // A command line holds 2 MiB; 400 paths of the longest kind stay below that.
    let batch = rest.prefix(400)
    rest = rest.dropFirst(batch.count)
    // --zero also turns off the escaping of odd file names.
    let tool = HostTool("sha256sum", ["--zero", "--"] + batch.map(\.path), to: "compute checksums")
    let lines = try await tool.run().text.split(separator: "\0")
    guard lines.count == batch.count else { throw LabError("cannot compute checksums: sha256sum left some out") }
    sums += lines.map { String($0.prefix(64)) }
  }
  return sums
}

/// The SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits.
/// - Throws: ``LabError`` when `sha256sum` of coreutils is missing.
package func sha256(ofText text: String) async throws -> String {
  var tool = HostTool("sha256sum", [], to: "compute a checksum")
  tool.input = Array(text.utf8)
  let sum = String(try await tool.run().text.prefix(64))
  guard sum.count == 64 else { throw LabError("cannot compute a checksum: sha256sum printed `\(sum)`") }
  return sum
}
