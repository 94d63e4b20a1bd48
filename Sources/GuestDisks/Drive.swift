/// A disk image that an appliance is given.
package struct Drive: Sendable, Hashable {
  /// On the host.
  package let path: String
  /// As QEMU names it: `qcow2`, `raw`. Never guessed: a guest may have written another format's header to a raw disk.
  package let format: String
  /// The image stays as it is; what the appliance writes goes to a file of its own, and then nowhere.
  package let isReadOnly: Bool

  package init(_ path: String, format: String, isReadOnly: Bool = true) {
    self.path = path
    self.format = format
    self.isReadOnly = isReadOnly
  }
}

/// Accelerator of the appliance's CPU.
package enum Acceleration: String, Sendable, Hashable, Codable {
  case kvm, tcg
}
