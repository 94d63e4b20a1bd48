/// Something that QEMU reported through its monitor (docs/interop/qmp-spec, "Asynchronous events").
package struct MonitorEvent: Codable, Sendable, Hashable {
  /// For instance `GUEST_PANICKED`.
  package var name: String
  /// Its data as JSON, cut after 1024 characters; empty when it has none.
  package var data: String

  package init(name: String, data: String) {
    self.name = String(name.prefix(64))
    self.data = String(data.prefix(1024))
  }
}

/// Number of a guest's last events that are kept.
package let mostMonitorEvents = 20
