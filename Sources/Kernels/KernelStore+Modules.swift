import Foundation
import HostTools
package import Model

extension KernelStore {
  /// Writes `modules.dep` and its like for the modules below `draft`, when there are any.
  func indexModules(release: String, in draft: URL) async throws {
    let files = FileManager.default
    let modules = draft.appending(path: "lib/modules/\(release)")
    guard files.fileExists(atPath: modules.path) else { return }
    for link in ["build", "source"] { try? files.removeItem(at: modules.appending(path: link)) }
    // depmod looks below lib or usr/lib, as its distribution has it.
    let usr = draft.appending(path: "usr")
    try files.createSymbolicLink(atPath: usr.path, withDestinationPath: ".")
    let arguments = ["--basedir", draft.path, release]
    try await HostTool(depmod, arguments, to: "index the modules of \(release)").run()
    try files.removeItem(at: usr)
    guard files.fileExists(atPath: modules.appending(path: "modules.dep").path) else {
      throw LabError("cannot index the modules of \(release): depmod left no modules.dep")
    }
    try await recordModules(in: draft)
  }

  /// Records the checksum of the modules in a kernel's folder, for ``verifyModules(_:)``.
  func recordModules(in folder: URL) async throws {
    let sum = try await sha256(ofTree: folder.appending(path: "lib"))
    try Data("\(sum)\n".utf8).write(to: folder.appending(path: Self.sumName))
  }

  /// Compares a kernel's modules, from which an image is about to be made, with the checksum that was recorded when the
  /// kernel entered the cache; there is none of one that an earlier version put there.
  /// - Throws: ``LabError`` when they have changed or cannot be read.
  package func verifyModules(_ kernel: KernelRecord) async throws {
    guard let file = existing(Self.sumName, of: kernel), let folder = existing("lib", of: kernel) else { return }
    let recorded = try? String(contentsOf: file, encoding: .utf8)
    guard try await sha256(ofTree: folder) + "\n" == recorded else {
      throw LabError(
        "cannot make an image for the kernel \(kernel.name) (\(kernel.id.prefix(12))): the modules in \(folder.path) are "
          + "not those that were put into the cache",
        advice: "`zlab kernel remove \(kernel.id.prefix(12))` removes it; then fetch, build or add it again.")
    }
  }

  private static let sumName = "modules.sha256"

  // Not in the PATH of a user who is not root.
  private var depmod: String {
    let places = ["/usr/sbin/depmod", "/sbin/depmod"]
    return places.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "depmod"
  }
}
