import CGuestfs
import Foundation

/// libguestfs' version, for instance `1.48.6`; asking starts nothing.
package func libraryVersion() -> String {
  guard let handle = unsafe guestfs_create() else { return "unknown" }
  defer { unsafe guestfs_close(handle) }
  guard let version = unsafe guestfs_version(handle) else { return "unknown" }
  defer { unsafe guestfs_free_version(version) }
  return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.release)"
}
