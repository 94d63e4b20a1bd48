/// Description of a function's device, by the party that plugs it into a running guest.
package enum FunctionAttachment: Sendable, Hashable {
  /// A device in libvirt's words (formatdomain), which libvirt plugs and keeps account of.
  case libvirt(xml: String)
  /// A device of QEMU that libvirt cannot plug, with properties that are strings (`qemu-system-s390x -device NAME,help`).
  case monitor(driver: String, [String: String])
}

extension FunctionSpec {
  /// The device, for plugging.
  /// - Parameter scratch: path of the file behind a disk.
  package func attachment(scratch: String) -> FunctionAttachment {
    let address = element(
      "address", ["type": "pci"],
      [element("zpci", ["uid": "0x" + String(uid, radix: 16), "fid": "0x" + String(fid, radix: 16)])])
    let alias = element("alias", ["name": alias])
    switch model {
    case .rng:
      return .libvirt(
        xml: element(
          "rng", ["model": "virtio"], [element("backend", ["model": "random"], text: "/dev/urandom"), alias, address]))
    case .net:
      // Without a ROM file: the boot ROM of virtio-net is for x86 and need not be installed.
      return .libvirt(
        xml: element(
          "interface", ["type": "user"],
          [
            element("mac", ["address": macAddress]), element("model", ["type": "virtio"]),
            element("rom", ["enabled": "no"]), alias, address,
          ]))
    case .block:
      return .libvirt(
        xml: element(
          "disk", ["type": "file", "device": "disk"],
          [
            element("driver", ["name": "qemu", "type": "raw", "cache": "unsafe"]),
            element("source", ["file": scratch]),
            element("target", ["dev": "vd" + diskLetters, "bus": "virtio"]), alias, address,
          ]))
    case .nvme:
      // libvirt 9.0 has NVMe only for disks of the host.
      return .monitor(driver: "nvme", ["drive": diskNode, "serial": self.alias])
    }
  }

  /// Name of the scratch file among QEMU's block nodes, for a device that ``FunctionAttachment/monitor(driver:_:)``
  /// plugs.
  package var diskNode: String { "zlab-disk-\(hex(fid))" }

  /// Id of the zPCI device beside such a device.
  package var zpciID: String { "zlab-zpci-\(hex(fid))" }

  // Locally administered, and different for each function.
  private var macAddress: String {
    let bytes = [0x52, 0x54, UInt8(truncatingIfNeeded: fid >> 16), UInt8(truncatingIfNeeded: fid >> 8)]
    let rest = [UInt8(truncatingIfNeeded: fid), UInt8(truncatingIfNeeded: uid)]
    return (bytes + rest).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }

  // libvirt wants a name for each disk; the guest does not see it.
  private var diskLetters: String {
    var (number, letters) = (Int(uid), "")
    repeat {
      letters = String(UnicodeScalar(UInt8(97 + number % 26))) + letters
      number = number / 26 - 1
    } while number >= 0
    return letters
  }
}
