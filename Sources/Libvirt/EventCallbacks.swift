import CLibvirt

// What libvirt calls on its event thread. File-scope constants, so that no closure is isolated to an actor.

private func publish(_ event: DomainEvent, _ domain: virDomainPtr?, _ opaque: UnsafeMutableRawPointer?) {
  guard let domain = unsafe domain, let opaque = unsafe opaque, let name = unsafe virDomainGetName(domain) else {
    return
  }
  unsafe Unmanaged<EventCenter>.fromOpaque(opaque).takeUnretainedValue().publish(event, about: String(cString: name))
}

let releaseBox: virFreeCallback = { opaque in
  if let opaque = unsafe opaque { unsafe Unmanaged<EventCenter>.fromOpaque(opaque).release() }
}

let onMonitor: virConnectDomainQemuMonitorEventCallback = { _, domain, event, _, _, details, opaque in
  guard let event = unsafe event else { return }
  let data = unsafe details.map { unsafe String(cString: $0) } ?? ""
  unsafe publish(.monitor(name: String(cString: event), data: data), domain, opaque)
}

let onLifecycle: virConnectDomainEventCallback = { _, domain, event, _, opaque in
  switch event {
  case Int32(VIR_DOMAIN_EVENT_CRASHED.rawValue): unsafe publish(.crashed, domain, opaque)
  case Int32(VIR_DOMAIN_EVENT_STOPPED.rawValue): unsafe publish(.stopped, domain, opaque)
  default: break
  }
  return 0
}

let onRemoved: virConnectDomainEventDeviceRemovedCallback = { _, domain, alias, opaque in
  guard let alias = unsafe alias else { return }
  unsafe publish(.deviceRemoved(alias: String(cString: alias)), domain, opaque)
}
