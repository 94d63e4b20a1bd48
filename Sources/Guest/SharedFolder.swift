/// Folder of the host that a guest mounts by 9p.
package struct SharedFolder: Sendable, Hashable {
  /// Absolute path on the host.
  package var path: String
  /// Absolute path in the guest, without line feeds.
  package var place: String
  package var isReadOnly: Bool

  package init(path: String, place: String, isReadOnly: Bool) {
    (self.path, self.place, self.isReadOnly) = (path, place, isReadOnly)
  }

  /// The list of folders that the guest's init reads (images/mini/init.c, mount_folders()).
  package static func list(_ folders: [SharedFolder]) -> String {
    folders.enumerated().map { "\(tag($0)) \($1.isReadOnly ? "ro" : "rw") \($1.place)\n" }.joined()
  }

  // Name by which the guest mounts a folder.
  private static func tag(_ position: Int) -> String { "zlab\(position)" }

  /// The devices in libvirt's words, on the channel subsystem: no PCI function is there before those of a scenario.
  static func elements(_ folders: [SharedFolder]) -> [String] {
    folders.enumerated().map { position, folder in
      let number = String(0x200 + position, radix: 16)
      return element(
        "filesystem", ["type": "mount", "accessmode": "squash"],
        [
          element("source", ["dir": folder.path]), element("target", ["dir": tag(position)]),
          element("address", ["type": "ccw", "cssid": "0xfe", "ssid": "0x0", "devno": "0x0\(number)"]),
        ] + (folder.isReadOnly ? [element("readonly")] : []))
    }
  }
}
