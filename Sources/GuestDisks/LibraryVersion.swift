import CGuestfs
import Foundation

/// The dynamic loader's message when libguestfs cannot be loaded; nil when it can, or is.
package func libraryProblem() -> String? {
  guard let problem = unsafe zlab_guestfs_load() else { return nil }
  return unsafe String(cString: problem)
}

/// libguestfs' version, for instance `1.48.6`; asking starts nothing.
package func libraryVersion() -> String {
  guard libraryProblem() == nil else { return "unknown" }
  guard let handle = unsafe guestfs_create() else { return "unknown" }
  defer { unsafe guestfs_close(handle) }
  guard let version = unsafe guestfs_version(handle) else { return "unknown" }
  defer { unsafe guestfs_free_version(version) }
  return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.release)"
}
