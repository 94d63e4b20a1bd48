import Foundation
import Testing

extension ZlabFixture {
  /// The image of Debian's 6.1 with patches of `Tests/Patches`, built unless the user's cache has it.
  /// - Parameter names: of the patches, without `6.1-` and `.patch`.
  func builtKernel(_ names: [String]) async throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Patches")
    let patches = names.flatMap { ["--patch", folder.appending(path: "6.1-\($0).patch").path] }
    let process = try start(["kernel", "build", "debian:6.1", "--format", "json"] + patches)
    process.say("")
    let result = await process.end()
    try #require(result.code == 0, "\(result.talk)")
    let record = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    return "\(cache.path)/kernels/\(try #require(record["id"] as? String))/image"
  }
}
