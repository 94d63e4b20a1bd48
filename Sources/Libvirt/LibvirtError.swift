import CLibvirt

/// A failure reported by libvirt.
package struct LibvirtError: Error, Hashable, Sendable {
  /// The raw `virErrorNumber`.
  package let code: Int32
  /// Operation in words for users: `start the guest g1`.
  package let operation: String
  /// Error message of libvirt.
  package let reason: String

  // Reads the calling thread's last failure. libvirt keeps errors per thread: nothing that could change threads may
  // stand between the failing call and this one.
  static func last(while operation: String) -> LibvirtError {
    guard let error = unsafe virGetLastError() else {
      return LibvirtError(code: 0, operation: operation, reason: "libvirt gave no reason")
    }
    let reason = unsafe error.pointee.message.map { unsafe String(cString: $0) } ?? "libvirt gave no reason"
    return unsafe LibvirtError(code: error.pointee.code, operation: operation, reason: reason)
  }

  /// The guest is not there (any more).
  package var isNoSuchDomain: Bool { code == Int32(VIR_ERR_NO_DOMAIN.rawValue) }

  /// The call does not make sense in the guest's state, for instance because it no longer runs.
  package var isOperationInvalid: Bool { code == Int32(VIR_ERR_OPERATION_INVALID.rawValue) }
}

extension LibvirtError: CustomStringConvertible {
  package var description: String { "cannot \(operation): \(reason) (libvirt error \(code))" }
}
