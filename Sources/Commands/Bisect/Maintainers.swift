import Foundation
import HostTools
import KernelSource
import Model

/// Output of `scripts/get_maintainer.pl` in the commit's own tree, a line each; empty when there is none.
///
/// The script comes out of a stranger's tree, so it runs in the box, with a time limit, on the diff alone.
func maintainers(of commit: String, in repository: GitRepository) async -> [String] {
  (try? await ask(commit, repository)) ?? []
}

private func ask(_ commit: String, _ repository: GitRepository) async throws -> [String] {
  let wanted = [("scripts/get_maintainer.pl", "get_maintainer.pl"), ("MAINTAINERS", "MAINTAINERS")]
  let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-maintainers-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for (path, name) in wanted {
    guard let bytes = try await repository.file(path, in: commit, cap: 8 << 20) else { return [] }
    try Data(bytes).write(to: folder.appending(path: name))
  }
  guard let diff = try await repository.diff(of: commit, cap: 4 << 20) else { return [] }
  try Data(diff).write(to: folder.appending(path: "culprit.diff"))
  let arguments = ["get_maintainer.pl", "--no-tree", "--no-git", "--no-git-fallback", "--rolestats"]
  var tool = HostTool("perl", arguments + ["culprit.diff"], to: "ask get_maintainer.pl")
  tool.timeLimit = .seconds(30)
  tool.outputLimit = 64 << 10
  let box = Sandbox(mounts: [.init(folder.path, at: "/tree")], directory: "/tree")
  let answer = try await box.sandboxed(tool).result()
  guard answer.code == 0 else { return [] }
  return answer.text.split(separator: "\n").prefix(40).map { String($0.prefix(300)) }
}
