package import Model

/// A device that QEMU can put behind a zPCI function; the raw value names it in scenarios and for `--function`.
package enum FunctionModel: String, Sendable, Hashable, CaseIterable {
  /// Random numbers, fed from the host's /dev/urandom.
  case rng = "virtio-rng"
  /// A network interface, on QEMU's user-mode network.
  case net = "virtio-net"
  /// A disk, on a scratch file.
  case block = "virtio-blk"
  /// An NVMe controller with one namespace, on a scratch file (docs/system/devices/nvme).
  case nvme

  /// Reads the name that scenarios and `--function` use.
  /// - Throws: ``RequestError`` when zPCI refuses the model, saying why, or when it is unknown.
  package init(named name: String) throws(RequestError) {
    guard let model = Self(rawValue: name) else {
      let known = "Use \(Self.allCases.map(\.name).joined(separator: ", "))."
      guard let reason = Self.refused[name] else {
        throw RequestError("unknown function model '\(name)'", advice: known)
      }
      throw RequestError("the function model '\(name)' cannot be a zPCI function: \(reason)", advice: known)
    }
    self = model
  }

  /// The name that scenarios and `--function` use.
  package var name: String { rawValue }

  /// True if a scratch file of the host is behind it, as large as ``FunctionSpec/diskSize``.
  package var hasDisk: Bool {
    switch self {
    case .rng, .net: false
    case .block, .nvme: true
    }
  }

  /// QEMU's name of its device, where QEMU 7.2, the oldest that zlab runs with, has none; nil for a model of all QEMUs.
  package var laterDevice: String? {
    switch self {
    case .rng, .net, .block: nil
    case .nvme: "nvme"
    }
  }

  // QEMU's own answer (hw/s390x/s390-pci-bus.c, s390_pcihost_plug), before a guest is started for nothing.
  private static let refused = [
    "virtio-balloon": "it has no MSI-X, which is mandatory in the S390 architecture",
    "pci-bridge": "a bridge cannot be unplugged",
    "virtio-gpu": "it cannot be hot-plugged",
    "virtio-iommu": "it cannot be hot-plugged",
    "e1000": "it has no MSI-X, which is mandatory in the S390 architecture",
    "rtl8139": "it has no MSI-X, which is mandatory in the S390 architecture",
  ]
}
