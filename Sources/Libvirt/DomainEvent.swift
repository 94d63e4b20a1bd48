/// Something that libvirt reported about a guest.
package enum DomainEvent: Sendable, Hashable {
  /// The guest's kernel panicked or stopped in a disabled wait.
  case crashed
  /// QEMU is gone.
  case stopped
  /// QEMU dropped the device with this alias.
  case deviceRemoved(alias: String)
  /// A QMP event, with its data as JSON.
  case monitor(name: String, data: String)
}
