import CLibvirt
import Foundation

/// One guest as libvirt sees it. Every call may block: make it on a `BlockingThread`.
// Sendable is sound: libvirt documents that a domain may be shared by threads, and `pointer` never changes.
@safe package final class Domain: @unchecked Sendable {
  package let name: String
  private let pointer: virDomainPtr

  init(adopting pointer: virDomainPtr, name: String) {
    unsafe self.pointer = pointer
    self.name = name
  }

  deinit { unsafe virDomainFree(pointer) }

  /// Ends the guest at once, without asking it; a guest that has ended already is no failure.
  /// - Throws: ``LibvirtError``.
  package func destroy() throws(LibvirtError) {
    guard unsafe virDomainDestroy(pointer) != 0 else { return }
    let error = LibvirtError.last(while: "end the guest \(name)")
    // The embedded driver answers NO_DOMAIN although it ended the guest when it had re-opened its root (libvirt 9.0).
    guard error.isNoSuchDomain || error.isOperationInvalid else { throw error }
  }

  /// The guest's live description.
  /// - Throws: ``LibvirtError``.
  package func xml() throws(LibvirtError) -> String {
    guard let text = unsafe virDomainGetXMLDesc(pointer, 0) else { throw .last(while: "describe the guest \(name)") }
    return unsafe take(text)
  }

  /// Plugs a device into the running guest.
  /// - Throws: ``LibvirtError``.
  package func attach(xml: String, what: String) throws(LibvirtError) {
    let live = UInt32(VIR_DOMAIN_AFFECT_LIVE.rawValue)
    guard unsafe virDomainAttachDeviceFlags(pointer, xml, live) == 0 else {
      throw .last(while: "plug \(what) into the guest \(name)")
    }
  }

  /// Asks the guest to let a device go; ``DomainEvent/deviceRemoved(alias:)`` tells when it did.
  /// - Throws: ``LibvirtError``.
  package func detach(alias: String, what: String) throws(LibvirtError) {
    let live = UInt32(VIR_DOMAIN_AFFECT_LIVE.rawValue)
    guard unsafe virDomainDetachDeviceAlias(pointer, alias, live) == 0 else {
      throw .last(while: "unplug \(what) from the guest \(name)")
    }
  }

  /// Sends one command to QEMU's monitor and returns its answer, both JSON (docs/interop/qmp-spec).
  /// - Throws: ``LibvirtError`` when QEMU does not answer; its refusals are in the answer.
  package func monitor(_ command: String, purpose: String) throws(LibvirtError) -> String {
    var answer: UnsafeMutablePointer<CChar>?
    guard unsafe virDomainQemuMonitorCommand(pointer, command, &answer, 0) == 0, let text = unsafe answer else {
      throw .last(while: "\(purpose) of the guest \(name)")
    }
    return unsafe take(text)
  }

  /// Writes the guest's memory and registers as an ELF core, which takes as long as the disk needs for the memory.
  /// - Throws: ``LibvirtError``.
  package func dumpCore(to path: String) throws(LibvirtError) {
    let format = UInt32(VIR_DOMAIN_CORE_DUMP_FORMAT_RAW.rawValue)
    guard unsafe virDomainCoreDumpWithFormat(pointer, path, format, UInt32(VIR_DUMP_MEMORY_ONLY.rawValue)) == 0 else {
      throw .last(while: "dump the memory of the guest \(name)")
    }
  }

  /// Injects what the architecture has for an NMI: for s390x a restart interruption.
  /// - Throws: ``LibvirtError``.
  package func injectNMI() throws(LibvirtError) {
    guard unsafe virDomainInjectNMI(pointer, 0) == 0 else { throw .last(while: "inject an NMI into the guest \(name)") }
  }

  /// Stops the guest's vCPUs.
  /// - Throws: ``LibvirtError``.
  package func suspend() throws(LibvirtError) {
    guard unsafe virDomainSuspend(pointer) == 0 else { throw .last(while: "stop the guest \(name)") }
  }

  /// Lets the guest's vCPUs run.
  /// - Throws: ``LibvirtError``.
  package func resume() throws(LibvirtError) {
    guard unsafe virDomainResume(pointer) == 0 else { throw .last(while: "resume the guest \(name)") }
  }

  private func take(_ text: UnsafeMutablePointer<CChar>) -> String {
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
