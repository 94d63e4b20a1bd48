import Foundation
import Model

/// A folder with the sockets of one guest, whose paths are short: the kernel takes 107 bytes (unix(7)).
struct GuestSockets: Sendable {
  private let folder: String
  /// The runner's.
  var link: String { folder + "/r" }
  /// Socket of the guest's console.
  var console: String { folder + "/c" }
  /// For a saved state on its way.
  var state: String { folder + "/s" }

  /// - Parameter root: where; nil for a folder that QEMU under another user can enter.
  /// - Throws: `LabError` when the disk refuses.
  init(in root: String?) throws(LabError) {
    folder = try makeUniqueFolder(in: root ?? "/tmp", prefix: "zlab")
    if root == nil { chmod(folder, 0o711) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

/// Makes a folder with a name that nobody has, for this user only (mkdtemp(3)), and returns its path.
/// - Throws: `LabError` when the disk refuses.
func makeUniqueFolder(in parent: String, prefix: String) throws(LabError) -> String {
  var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else {
    throw LabError("cannot create a folder in \(parent): \(String(cString: strerror(errno)))")
  }
  return String(cString: made)
}
