import FakeSource
import Foundation
import HostTools
import KernelConfig
import KernelSource
import Kernels
import Model
import PatchMail
import Storage

/// A fake source with a cache of its own.
struct FakeLinux {
  let folder: URL
  let folders: Locations

  var source: URL { folder.appending(path: "linux") }
  var kernels: KernelStore { KernelStore(folders: folders) }

  /// - Parameter recipe: lines of shell that run while the kernel is built, in its output folder.
  init(recipe: [String] = []) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "zlab-build-\(UInt32.random(in: .min ... .max))")
    folders = Locations(environment: ["ZLAB_HOME": folder.path + "/home"])
    _ = try FakeSource(in: source, recipe: recipe)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// A build of the folder as it stands.
  func request(patches: [String] = [], config: String = "CONFIG_A=y\n") throws -> BuildRequest {
    let series = try patches.enumerated().map { try PatchMail.read(Array($1.utf8), name: "patch \($0 + 1)") }
    return BuildRequest(
      source: .folder(source), patches: series,
      fragments: [try ConfigFragment(parsing: Array(config.utf8), name: "test.config")], jobs: 1)
  }

  func build(_ request: BuildRequest, onEvent: @escaping @Sendable (BuildEvent) -> Void = { _ in }) async throws
    -> KernelRecord
  {
    try await KernelBuilder(folders: folders).build(request, onEvent: onEvent)
  }

  /// Remains below `builds` that could be taken for a build.
  var leftovers: [String] {
    let place = folders.cache.appending(path: "builds")
    return ((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []).filter { $0.count == 64 }
  }

  /// A patch to kernel.c.
  static func patch(_ line: String) -> String {
    """
    From: A Person <a@example.org>
    Subject: [PATCH] Another answer

    diff --git a/kernel.c b/kernel.c
    --- a/kernel.c
    +++ b/kernel.c
    @@ -1 +1 @@
    -int answer = 42;
    +\(line)

    """
  }
}
