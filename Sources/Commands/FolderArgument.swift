import ArgumentParser
import Foundation
import Guest
import ImageRecipes
import Images
import Model

/// Folder of the host to show in a guest: `PATH`, or `GUEST-PATH=PATH`.
struct FolderArgument: ExpressibleByArgument {
  private let place: String?
  private let path: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let hasPlace = parts.count == 2 && parts[0].hasPrefix("/")
    (place, path) = hasPlace ? (parts[0], parts[1]) : (nil, argument)
    guard !path.isEmpty else { return nil }
  }

  /// The folder with absolute paths; without one of the guest, it has the host's.
  /// - Throws: `RequestError` for what is no directory, or a place that the guest itself needs.
  func folder(isReadOnly: Bool) throws(RequestError) -> SharedFolder {
    let source = URL(fileURLWithPath: path).standardizedFileURL.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), isFolder.boolValue else {
      throw RequestError("'\(path)' is not a directory")
    }
    let target = URL(fileURLWithPath: place ?? source).standardizedFileURL.path
    let first = target.split(separator: "/").first.map(String.init) ?? ""
    guard !["", "dev", "proc", "sys"].contains(first), target.utf8.count < 4000, !target.contains("\n") else {
      throw RequestError(
        "cannot mount '\(path)' at \(target.prefix(100)) in the guest",
        advice: "Give another place, for instance /mnt/files=\(path).")
    }
    return SharedFolder(path: source, place: target, isReadOnly: isReadOnly)
  }
}

extension BootSet {
  /// The initramfs of a guest that mounts folders of the host; the image's own without any.
  /// - Parameter folder: directory for a copy.
  /// - Throws: `RequestError` for a kernel without 9p.
  func initramfs(mounting folders: [SharedFolder], in folder: String) async throws -> String {
    guard !folders.isEmpty else { return initramfsPath }
    try requireOptions(["NET_9P_VIRTIO", "9P_FS"], for: "a directory of the host in the guest")
    let archive = try await ImageStore(folders: userLocations, recipes: bundledRecipes)
      .archive(mounting: SharedFolder.list(folders), for: kernel)
    let path = folder + "/initramfs"
    try FileManager.default.copyItem(atPath: initramfsPath, toPath: path)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    // An archive begins at a multiple of 4 (Documentation/driver-api/early-userspace/buffer-format.rst).
    let end = try file.seekToEnd()
    try file.write(contentsOf: Data(count: Int((4 - end % 4) % 4)) + archive)
    try file.close()
    return path
  }
}
