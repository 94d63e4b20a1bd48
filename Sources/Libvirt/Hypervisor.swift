import CLibvirt
import Foundation

/// A connection to one hypervisor. Every call may block: make it on a `BlockingThread`.
// Sendable is sound: libvirt documents that a connection may be shared by threads, and `pointer` never changes.
@safe package final class Hypervisor: @unchecked Sendable {
  /// The URI that was opened.
  package let uri: String
  let pointer: virConnectPtr
  private let center: EventCenter

  /// Opens `uri`, with the event loop running.
  /// - Throws: ``LibvirtError``, for instance when the driver is not installed.
  package init(opening uri: String) throws(LibvirtError) {
    try EventLoop.start()
    guard let pointer = unsafe virConnectOpen(uri) else { throw .last(while: "open \(uri)") }
    self.uri = uri
    unsafe self.pointer = pointer
    center = EventCenter()
    // All properties are set: should this throw, deinit closes the connection.
    try unsafe center.register(with: pointer)
  }

  deinit {
    unsafe center.deregister(from: pointer)
    unsafe virConnectClose(pointer)
  }

  /// Creates and starts a guest that vanishes when it ends.
  ///
  /// - Parameters:
  ///   - autodestroy: it ends with this connection; the embedded driver does not support that.
  ///   - paused: its vCPUs stand still until it is resumed.
  /// - Throws: ``LibvirtError``.
  package func start(xml: String, name: String, autodestroy: Bool, paused: Bool = false) throws(LibvirtError)
    -> Domain
  {
    var flags = autodestroy ? UInt32(VIR_DOMAIN_START_AUTODESTROY.rawValue) : 0
    if paused { flags |= UInt32(VIR_DOMAIN_START_PAUSED.rawValue) }
    guard let domain = unsafe virDomainCreateXML(pointer, xml, flags) else {
      throw .last(while: "start the guest")
    }
    return unsafe Domain(adopting: domain, name: name)
  }

  /// The guests that run, of this tool or not.
  /// - Throws: ``LibvirtError``.
  package func activeDomains() throws(LibvirtError) -> [Domain] {
    var list: UnsafeMutablePointer<virDomainPtr?>?
    let flags = UInt32(VIR_CONNECT_LIST_DOMAINS_ACTIVE.rawValue)
    let count = unsafe virConnectListAllDomains(pointer, &list, flags)
    guard count >= 0, let found = unsafe list else { throw .last(while: "list the guests of \(uri)") }
    defer { unsafe free(found) }
    return (0..<Int(count)).compactMap { index in
      guard let domain = unsafe found[index] else { return nil }
      return unsafe Domain(adopting: domain, name: String(cString: virDomainGetName(domain)))
    }
  }

  /// Events of the guest called `name`; ends when the stream is dropped or the connection closes.
  package func events(of name: String) -> AsyncStream<DomainEvent> { center.events(of: name) }

  /// Makes libvirt examine an emulator now, rather than at the first guest; quick when it is in libvirt's cache.
  /// - Throws: ``LibvirtError`` when it cannot run s390x guests.
  package func examine(emulator: String) throws(LibvirtError) {
    guard let text = unsafe virConnectGetDomainCapabilities(pointer, emulator, "s390x", nil, "qemu", 0) else {
      throw .last(while: "use the emulator \(emulator)")
    }
    unsafe free(text)
  }

  /// The hypervisor's version as `major * 1,000,000 + minor * 1,000 + release`.
  /// - Throws: ``LibvirtError``.
  package func libraryVersion() throws(LibvirtError) -> Int {
    var version: UInt = 0
    guard unsafe virConnectGetLibVersion(pointer, &version) == 0 else {
      throw .last(while: "ask for libvirt's version")
    }
    return Int(version)
  }
}
