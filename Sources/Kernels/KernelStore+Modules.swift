import Foundation
import HostTools
import Model

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
  }

  // Not in the PATH of a user who is not root.
  private var depmod: String {
    let places = ["/usr/sbin/depmod", "/sbin/depmod"]
    return places.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "depmod"
  }
}
