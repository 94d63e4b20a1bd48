package import Model

/// One zPCI function of a guest.
package struct FunctionSpec: Sendable, Hashable {
  /// The user-defined id, 1 to 0xffff: the PCI domain in the guest.
  package var uid: UInt16
  /// The function id: the hotplug slot in the guest.
  package var fid: UInt32
  package var model: FunctionModel
  /// In bytes, of the disk of a model that has one.
  package var diskSize = 16 << 20
  /// True if it is there from the start; a spare is plugged when something in the guest asks for it.
  package var isPlugged: Bool

  package init(uid: UInt16, fid: UInt32, model: FunctionModel, isPlugged: Bool = true) {
    self.isPlugged = isPlugged
    self.uid = uid
    self.fid = fid
    self.model = model
  }

  /// The alias under which libvirt and QEMU know the device; `ua-` marks it as a user's.
  package var alias: String { "ua-fn-\(hex(fid))" }

  /// The slot's name under /sys/bus/pci/slots: eight hex digits (drivers/pci/hotplug/s390_pci_hpc.c).
  package var slot: String { String(repeating: "0", count: max(0, 8 - hex(fid).count)) + hex(fid) }
}

func hex(_ value: UInt32) -> String { String(value, radix: 16) }

/// The most functions that fit: the zPCI root bus of QEMU has 32 slots and libvirt keeps slot 0.
package let mostFunctions = 31

/// Checks that functions can live in one guest.
/// - Throws: ``RequestError`` that names the two that clash, or says how many fit.
package func check(_ functions: [FunctionSpec]) throws(RequestError) {
  guard functions.count <= mostFunctions else {
    throw RequestError("\(functions.count) functions do not fit into one guest: at most \(mostFunctions) do")
  }
  for (index, function) in functions.enumerated() {
    guard function.uid != 0 else {
      throw RequestError("uid 0x0 is not a user-defined id: it runs from 0x1 to 0xffff")
    }
    for other in functions[..<index] {
      if other.uid == function.uid, other.isPlugged, function.isPlugged {
        throw RequestError("uid 0x\(hex(UInt32(function.uid))) is given twice")
      }
      if other.fid == function.fid { throw RequestError("fid 0x\(hex(function.fid)) is given twice") }
    }
  }
}

extension FunctionSpec: CustomStringConvertible {
  package var description: String { "\(model.name) uid=0x\(hex(UInt32(uid))) fid=0x\(hex(fid))" }
}
