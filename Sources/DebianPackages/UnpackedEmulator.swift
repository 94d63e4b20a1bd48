package import Foundation
import HostTools
package import Model
package import Storage

/// A QEMU below a folder of its own, as `dpkg-deb --extract` leaves it, instead of the system's.
///
/// Started by its path alone, it loads the modules of the system's QEMU, which are of another version, and ends
/// (util/module.c, `module_init_types()` and `QEMU_MODULE_DIR`); libvirt then says that the cause is unknown.
package struct UnpackedEmulator: Sendable, Hashable {
  /// Absolute path of the program.
  package let binary: String
  /// The folder that stands for `/`.
  package let root: String

  /// Looks at the folders around a program.
  /// - Returns: nil for a program of the system, and for one without the files of its package beside it.
  package init?(_ path: String) {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    binary = String(cString: real)
    let suffix = "/usr/bin/" + URL(fileURLWithPath: binary).lastPathComponent
    guard binary.hasSuffix(suffix), binary.count > suffix.count else { return nil }
    root = String(binary.dropLast(suffix.count))
    guard access(root + "/usr/share/qemu", R_OK | X_OK) == 0 else { return nil }
  }

  /// Writes a program that starts the emulator with its own modules and firmware.
  /// - Parameter folder: of this emulator alone; made when it is not there.
  /// - Returns: the program's path.
  /// - Throws: ``LabError`` when the disk refuses.
  package func starter(in folder: URL) throws(LabError) -> String {
    let file = folder.appending(path: URL(fileURLWithPath: binary).lastPathComponent)
    try makeFolder(folder, advice: "Set ZLAB_HOME to move the cache.")
    guard (try? String(contentsOf: file, encoding: .utf8)) != script else { return file.path }
    do {
      try Data(script.utf8).write(to: file, options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    } catch {
      throw LabError("cannot write \(file.path): \(reason(error))", advice: "Set ZLAB_HOME to move the cache.")
    }
    return file.path
  }

  /// The starter's text.
  var script: String {
    let libraries = (try? FileManager.default.contentsOfDirectory(atPath: root + "/usr/lib"))?.sorted() ?? []
    let folders: [String] = libraries.map { "\(root)/usr/lib/\($0)/qemu" }
    let modules = folders.first { access($0, R_OK | X_OK) == 0 }
    let setting = modules.map { "export QEMU_MODULE_DIR=\(shellWord($0))\n" } ?? ""
    return "#!/bin/sh\n\(setting)exec \(shellWord(binary)) -L \(shellWord(root + "/usr/share/qemu")) \"$@\"\n"
  }
}

extension Locations {
  /// Emulators of other Debian releases.
  package var emulators: URL { cache.appending(path: "emulators") }
}
