import CLibvirt
import Synchronization

/// Hands what libvirt reports about each guest to whoever listens for it by name.
final class EventCenter: Sendable {
  private struct Listener {
    let number: Int
    let continuation: AsyncStream<DomainEvent>.Continuation
  }

  private struct State {
    var listeners: [String: [Listener]] = [:]
    var nextNumber = 0
    var callbacks: [Int32] = []
    var monitorCallback: Int32?
  }

  private let state = Mutex(State())

  func events(of name: String) -> AsyncStream<DomainEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: DomainEvent.self, bufferingPolicy: .bufferingNewest(256))
    let number = state.withLock { state in
      state.nextNumber += 1
      state.listeners[name, default: []].append(Listener(number: state.nextNumber, continuation: continuation))
      return state.nextNumber
    }
    continuation.onTermination = { [weak self] _ in self?.forget(number, of: name) }
    return stream
  }

  private func forget(_ number: Int, of name: String) {
    state.withLock { state in
      state.listeners[name]?.removeAll { $0.number == number }
      if state.listeners[name]?.isEmpty == true { state.listeners[name] = nil }
    }
  }

  func publish(_ event: DomainEvent, about name: String) {
    let listeners = state.withLock { $0.listeners[name] ?? [] }
    for listener in listeners { listener.continuation.yield(event) }
  }

  func register(with connection: virConnectPtr) throws(LibvirtError) {
    // The casts are those that libvirt's own VIR_DOMAIN_EVENT_CALLBACK macro makes; Swift does not import it.
    typealias Generic = virConnectDomainEventGenericCallback
    try unsafe listen(connection, VIR_DOMAIN_EVENT_ID_LIFECYCLE, unsafeBitCast(onLifecycle, to: Generic.self))
    try unsafe listen(connection, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, unsafeBitCast(onRemoved, to: Generic.self))
    let box = unsafe Unmanaged.passRetained(self).toOpaque()
    let number = unsafe virConnectDomainQemuMonitorEventRegister(connection, nil, nil, onMonitor, box, releaseBox, 0)
    // Only QEMU has a monitor; other drivers, such as `test:///default`, refuse.
    if number >= 0 {
      state.withLock { $0.monitorCallback = number }
    } else {
      unsafe Unmanaged<EventCenter>.fromOpaque(box).release()
    }
  }

  private func listen(
    _ connection: virConnectPtr, _ id: virDomainEventID, _ callback: virConnectDomainEventGenericCallback
  ) throws(LibvirtError) {
    let box = unsafe Unmanaged.passRetained(self).toOpaque()
    let id = Int32(id.rawValue)
    let number = unsafe virConnectDomainEventRegisterAny(connection, nil, id, callback, box, releaseBox)
    guard number >= 0 else {
      unsafe Unmanaged<EventCenter>.fromOpaque(box).release()
      throw .last(while: "listen to the guests' events")
    }
    state.withLock { $0.callbacks.append(number) }
  }

  func deregister(from connection: virConnectPtr) {
    let (callbacks, monitor, listeners) = state.withLock { state in
      defer { state = State() }
      return (state.callbacks, state.monitorCallback, state.listeners)
    }
    for number in callbacks { unsafe virConnectDomainEventDeregisterAny(connection, number) }
    if let monitor { unsafe virConnectDomainQemuMonitorEventDeregister(connection, monitor) }
    for listener in listeners.values.joined() { listener.continuation.finish() }
  }
}
