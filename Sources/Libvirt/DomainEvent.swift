/// Something that libvirt reported about a guest.
package enum DomainEvent: Sendable, Hashable {
  /// The agent in the guest opened its port and libvirt talks to it.
  case agentConnected
  /// The agent closed its port.
  case agentDisconnected
  /// The guest's kernel panicked or stopped in a disabled wait.
  case crashed
  /// QEMU is gone.
  case stopped
  /// QEMU dropped the device with this alias.
  case deviceRemoved(alias: String)
  /// A QMP event, with its data as JSON.
  case monitor(name: String, data: String)
}
