import Foundation
package import Guest
package import Model
package import Storage

/// Takes files from the disks of dead guests with libguestfs: the guest's file system is read by a virtual machine, not by
/// this host's kernel.
package struct GuestfsCollector: DiskCollector {
  private let folders: Locations
  private let limits: CollectionLimits

  package init(_ folders: Locations, limits: CollectionLimits = CollectionLimits()) {
    self.folders = folders
    self.limits = limits
  }

  package func collect(
    _ patterns: [PathPattern], from overlay: String, into folder: String, as place: String
  ) async throws -> [CollectedFile] {
    if let free = freeSpace(at: URL(fileURLWithPath: folder).deletingLastPathComponent().path), free < 2 * limits.bytes
    {
      throw LabError(
        "\(free >> 20) MiB are free where \(folder) lies, and its files may take \(limits.bytes >> 20) MiB")
    }
    let acceleration = try await KVMProbe(folders).acceleration()
    let drive = Drive(overlay, format: "qcow2")
    return try await Appliance.with([drive], acceleration: acceleration, folders: folders) { appliance in
      let collector = FileCollector(patterns: patterns, folder: folder, place: place, limits: limits)
      do {
        return try await appliance.call("read the guest's disk", limit: limits.time) { disks throws(GuestfsError) in
          try disks.mountRoot()
          return try collector.take(from: disks)
        }
      } catch let error as GuestfsError {
        throw LabError(error.description)
      }
    }
  }
}
