package import Foundation
package import Model
import Synchronization

/// A folder under the runtime directory that belongs to this process, and to nobody when the process is dead.
///
/// When the process is killed, a watcher ends the QEMUs that use the folder and removes it. Where the watcher was killed
/// too, the next start does so: a lock beside the folder is free exactly when its process is gone.
package final class RuntimeFolder: Sendable {
  /// Short: sockets lie in it.
  package let path: String
  private let lock: FileLock
  private let watcher: Mutex<RuntimeWatcher?>

  /// Makes a folder with a name nobody holds, after clearing away what dead processes left.
  /// - Throws: `LabError` when the runtime directory is not ours or cannot be written.
  package init(under runtime: URL) throws(LabError) {
    try makePrivate(runtime.path)
    clearDead(under: runtime.path)
    while true {
      let path = runtime.appending(path: String(UInt32.random(in: .min ... .max), radix: 16)).path
      guard let lock = try FileLock(ifFree: path + ".lock") else { continue }
      guard mkdir(path, 0o700) == 0 else {
        throw LabError("cannot create \(path): \(String(cString: strerror(errno)))")
      }
      self.path = path
      self.lock = lock
      watcher = Mutex(RuntimeWatcher(of: path))
      return
    }
  }

  /// Ends every QEMU that still uses the folder, and removes it.
  package func clear() {
    removeRuntimeFolder(path)
    watcher.withLock { watcher in
      watcher?.dismiss()
      watcher = nil
    }
  }

  /// Ends every QEMU that uses the folder, and waits until it is gone, 5 s at most; blocks.
  package func endUsers() { endProcesses(using: path) }
}

// /tmp is everybody's: the directory counts only when it is a real one, ours, and closed to others.
private func makePrivate(_ path: String) throws(LabError) {
  try? FileManager.default.createDirectory(
    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
  mkdir(path, 0o700)
  var status = stat()
  guard lstat(path, &status) == 0 else {
    throw LabError("cannot create \(path): \(String(cString: strerror(errno)))")
  }
  guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
    throw LabError(
      "\(path) is not a private directory of this user", advice: "Remove it, or set XDG_RUNTIME_DIR to one that is.")
  }
}

private func clearDead(under runtime: String) {
  for name in (try? FileManager.default.contentsOfDirectory(atPath: runtime)) ?? [] where name.hasSuffix(".lock") {
    let lockPath = runtime + "/" + name
    guard let lock = try? FileLock(ifFree: lockPath) else { continue }
    removeRuntimeFolder(String(lockPath.dropLast(5)))
    _ = consume lock
  }
}

private func removeRuntimeFolder(_ path: String) {
  endProcesses(using: path)
  try? FileManager.default.removeItem(atPath: path)
  unlink(path + ".lock")
}

/// Kills every process of ours whose command line names `folder`, and waits until it is gone, 5 s at most.
///
/// QEMU's command line holds the paths of its sockets, so it is found even before libvirt wrote its pid file.
private func endProcesses(using folder: String) {
  for _ in 0..<250 {
    let users = processes(naming: folder + "/")
    guard !users.isEmpty else { return }
    for process in users { kill(process, SIGKILL) }
    usleep(20_000)
  }
}

private func processes(naming text: String) -> [pid_t] {
  let needle = Data(text.utf8)
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.compactMap { pid_t($0) }.filter { process in
    guard process != getpid(), let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
      return false
    }
    // Its own first word must be QEMU: an editor that has a file of the folder open is left alone.
    let program = words.prefix { $0 != 0 }
    return program.range(of: Data("qemu-system".utf8)) != nil && words.range(of: needle) != nil
  }
}
