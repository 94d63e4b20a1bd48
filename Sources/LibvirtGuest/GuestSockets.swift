import Foundation
import Records

/// A folder with the sockets of one guest, whose paths are short: the kernel takes 107 bytes (unix(7)).
struct GuestSockets: Sendable {
  private let folder: String
  /// The runner's.
  var link: String { folder + "/r" }
  /// For a saved state on its way.
  var state: String { folder + "/s" }

  /// - Parameter root: where; nil for a folder that QEMU under another user can enter.
  /// - Throws: `LabError` when the disk refuses.
  init(in root: String?) throws(LabError) {
    let parent = root ?? "/tmp"
    var template = Array("\(parent)/zlab-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw LabError("cannot create a folder in \(parent): \(String(cString: strerror(errno)))")
    }
    folder = String(cString: made)
    if root == nil { chmod(folder, 0o711) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
