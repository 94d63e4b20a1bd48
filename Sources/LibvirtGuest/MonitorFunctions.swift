import Foundation
import Guest
import Libvirt
import Model
import Synchronization

/// Functions of one guest that libvirt does not know: QEMU's monitor plugs them, and its events say when they are gone.
///
/// On the root bus they have the highest slots, and each keeps its own: libvirt gives the lowest free slot to what it
/// plugs, and all functions together fit (`mostFunctions`). Blocking: for a `BlockingThread`.
final class MonitorFunctions: Sendable {
  private struct Function {
    let slot: Int
    var hasNode = false
    /// Ids of its devices that QEMU has.
    var devices: Set<String> = []
  }

  private static let highestSlot = 31

  // By alias.
  private let functions = Mutex<[String: Function]>([:])

  /// Plugs a function that is not there.
  /// - Parameters:
  ///   - driver: of the device, with the properties that are its own.
  ///   - scratch: path of the file behind its disk; nil for a device without one.
  /// - Throws: `LabError` when QEMU refuses; the guest has no part of the function then.
  func plug(
    _ function: FunctionSpec, driver: String, _ properties: [String: String], scratch: String?, into domain: Domain
  ) throws(LabError) {
    let (alias, purpose) = (function.alias, "plug \(function) into the guest \(domain.name)")
    let known = functions.withLock { functions in
      let known = functions[alias] ?? Function(slot: Self.highestSlot - functions.count)
      functions[alias] = known
      return known
    }
    if let scratch, !known.hasNode {
      // As the disks that libvirt plugs: what a power failure would do to it is of no concern.
      let file: [String: MonitorValue] = ["driver": .text("file"), "filename": .text(scratch)]
      try domain.ask(
        "blockdev-add",
        [
          "driver": .text("raw"), "node-name": .text(function.diskNode), "file": .object(file),
          "cache": .object(["no-flush": .flag(true)]),
        ], to: purpose)
      change(alias) { $0.hasNode = true }
    }
    // Before QEMU has them, because their end may be reported at any time after.
    change(alias) { $0.devices = [alias, function.zpciID] }
    do {
      // In this order: the zPCI device names the one that is to come (hw/s390x/s390-pci-bus.c).
      try domain.ask(
        "device_add",
        [
          "driver": .text("zpci"), "id": .text(function.zpciID), "target": .text(alias),
          "uid": .number(UInt64(function.uid)), "fid": .number(UInt64(function.fid)),
        ], to: purpose)
      var device = properties.mapValues { MonitorValue.text($0) }
      device["driver"] = .text(driver)
      device["id"] = .text(alias)
      device["bus"] = .text("pci.0")
      device["addr"] = .text("0x" + String(known.slot, radix: 16))
      try domain.ask("device_add", device, to: purpose)
    } catch {
      // A zPCI device without its target goes at once.
      _ = try? domain.ask("device_del", ["id": .text(function.zpciID)], to: purpose)
      change(alias) { $0.devices = [] }
      throw error
    }
  }

  private func change(_ alias: String, _ body: (inout Function) -> Void) {
    functions.withLock { functions in
      guard var function = functions[alias] else { return }
      body(&function)
      functions[alias] = function
    }
  }

  /// Asks the guest to let a function go.
  /// - Throws: `LabError` when QEMU does not have it.
  func unplug(_ function: FunctionSpec, from domain: Domain) throws(LabError) {
    try domain.ask(
      "device_del", ["id": .text(function.alias)], to: "unplug \(function) from the guest \(domain.name)")
  }

  /// Takes in an event of QEMU's monitor.
  /// - Returns: the alias of the function that is gone with it, all of whose devices QEMU has deleted.
  func functionGone(after event: MonitorEvent) -> String? {
    struct Deletion: Decodable { let device: String? }
    guard event.name == "DEVICE_DELETED",
      let id = try? JSONDecoder().decode(Deletion.self, from: Data(event.data.utf8)).device
    else { return nil }
    return functions.withLock { functions in
      for (alias, function) in functions where function.devices.contains(id) {
        functions[alias]?.devices.remove(id)
        return function.devices.count == 1 ? alias : nil
      }
      return nil
    }
  }
}
