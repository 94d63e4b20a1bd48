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

/// The SHA-256 over names and bytes of all files below a folder, links left out.
/// - Throws: ``LabError`` when one cannot be read.
package func sha256(ofTree folder: URL) async throws -> String {
  let script = "find . -type f -print0 | LC_ALL=C sort --zero-terminated | xargs --null --no-run-if-empty sha256sum --"
  return try await sha256(ofOutput: script, in: folder)
}

/// The SHA-256 over what files of a folder hold beside their holes: much less to read where they are sparse.
/// - Parameter names: without a slash.
/// - Throws: ``LabError`` when one cannot be read.
package func sha256(ofSparseFiles names: [String], in folder: URL) async throws -> String {
  let options = "--sparse --format=gnu --mtime=@0 --owner=0 --group=0 --mode=0600"
  return try await sha256(ofOutput: "tar \(options) --create --file=- -- \(names.joined(separator: " "))", in: folder)
}

private func sha256(ofOutput script: String, in folder: URL) async throws -> String {
  let pipe = "set -o pipefail; \(script) | sha256sum"
  var tool = HostTool("bash", ["-c", pipe], to: "compute checksums in \(folder.path)")
  tool.directory = folder.path
  return String(try await tool.run().text.prefix(64))
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
