import Foundation
import Model
import Storage

/// Prerequisites of libvirt's embedded QEMU driver.
enum EmbeddedDriver {
  /// Writes the driver's configuration into `root` and points its capability cache at a shared one.
  ///
  /// Found by trial with libvirt 9.0: without `stdio_handler` the driver wants virtlogd; the rest keeps it from
  /// changing user, owners, namespaces and control groups, which a lab of one user does not need.
  /// - Throws: `LabError` when the disk refuses, or when root lacks the user that libvirt insists on.
  static func prepare(root: String, capabilityCache: URL) throws(LabError) {
    if getuid() == 0, getpwnam("libvirt-qemu") == nil {
      throw LabError(
        "libvirt needs the system user libvirt-qemu when it runs as root, and there is none",
        advice: "scripts/setup creates it, or: useradd --system --no-create-home --shell /usr/sbin/nologin libvirt-qemu"
      )
    }
    let common = ["stdio_handler = \"file\""]
    let asRoot = [
      "security_driver = \"none\"", "user = \"root\"", "group = \"root\"", "dynamic_ownership = 0",
      "remember_owner = 0", "namespaces = []", "cgroup_controllers = []", "max_core = 0",
    ]
    let text = (getuid() == 0 ? common + asRoot : common).joined(separator: "\n") + "\n"
    do {
      let files = FileManager.default
      try files.createDirectory(atPath: root + "/etc", withIntermediateDirectories: true)
      try files.createDirectory(at: capabilityCache, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/etc/qemu.conf"))
      try files.createSymbolicLink(atPath: root + "/cache", withDestinationPath: capabilityCache.path)
    } catch {
      throw LabError("cannot prepare \(root) for libvirt: \(reason(error))")
    }
  }

  /// The file that libvirt's own messages go to.
  static func log(root: String) -> String { root + "/libvirt.log" }

  /// Empties libvirt's log when it has grown beyond `limit` bytes: each guest adds some 330, and /run is memory.
  ///
  /// libvirt appends to it (virLogNewOutputToFile() in its src/util/virlog.c).
  static func shortenLog(root: String, limit: off_t = 1 << 20) {
    var status = stat()
    guard stat(log(root: root), &status) == 0, status.st_size > limit else { return }
    truncate(log(root: root), 0)
  }
}
