import CGuestfs

/// A failure reported by libguestfs.
package struct GuestfsError: Error, Hashable, Sendable {
  /// An errno of the appliance's kernel; 0 when there was none.
  package let code: Int32
  /// Operation in words for users: `read /etc/passwd`.
  package let operation: String
  /// Error message of libguestfs.
  package let reason: String

  /// A failure that is found before libguestfs is asked.
  package init(code: Int32, operation: String, reason: String) {
    self.code = code
    self.operation = operation
    self.reason = reason
  }

  // Reads the last failure of a handle. libguestfs keeps errors per thread: it must be the one of the call.
  static func last(of handle: OpaquePointer, while operation: String) -> GuestfsError {
    let code = unsafe guestfs_last_errno(handle)
    let words = unsafe guestfs_last_error(handle).map { unsafe String(cString: $0) }
    return GuestfsError(code: code, operation: operation, reason: words ?? "libguestfs gave no reason")
  }
}

extension GuestfsError: CustomStringConvertible {
  package var description: String { "cannot \(operation): \(reason)" }
}
