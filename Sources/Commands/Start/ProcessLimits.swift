import Foundation
import Model

/// Minimum resource limits (setrlimit(2)) of commands of a kind.
struct NeededLimits {
  /// Open files, of zlab itself.
  let files: rlim_t
  /// Bytes of address space, of the largest process.
  let memory: rlim_t

  /// Commands that read and write results.
  static let light = NeededLimits(files: 32, memory: 192 << 20)
  /// Commands that start guests or tools: QEMU takes 1 GiB for its translated code beside the guest's memory
  /// (accel/tcg/tcg-accel-ops.c, tcg/region.c), and a process of zlab's with all its threads some 1.5 GiB.
  static let heavy = NeededLimits(files: 256, memory: 3 << 30)
}

/// Raises the soft limit of open files: libvirt, SQLite and QEMU's sockets need more for many guests at a time.
func raiseLimits() {
  guard let limit = limit(RLIMIT_NOFILE), limit.rlim_cur < 4096 else { return }
  var raised = limit
  raised.rlim_cur = min(limit.rlim_max, 4096)
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
}

/// - Throws: `LabError` that names the limit and what raises it.
func checkLimits(_ needed: NeededLimits) throws(LabError) {
  if let files = limit(RLIMIT_NOFILE)?.rlim_cur, files < needed.files {
    throw LabError(
      "this process may open \(files) files, and needs \(needed.files)",
      advice: "Raise the hard limit: `ulimit -Hn` shows it, limits.conf(5) or LimitNOFILE= of systemd sets it.")
  }
  if let memory = limit(RLIMIT_AS)?.rlim_cur, memory < needed.memory {
    throw LabError(
      "this process may take \(memory >> 20) MiB of memory, and needs \(needed.memory >> 20) MiB",
      advice: "`ulimit -v unlimited` takes the limit of address space away, unless a hard one is set.")
  }
}

private func limit(_ resource: __rlimit_resource) -> rlimit? {
  var limit = rlimit()
  return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 ? limit : nil
}
