import Foundation
import Synchronization

/// Reaps emulators that ended before anybody knew their process number.
///
/// This process is a subreaper, so a daemonized QEMU that dies at its start becomes a zombie of ours; libvirt would
/// wait 40 s for its number to vanish.
final class OrphanReaper: Sendable {
  private let work: Task<Void, Never>

  /// - Parameter emulator: its path; children of other programs are left to those who wait for them.
  init(emulator: String) {
    // The kernel keeps 15 bytes of a program's name (TASK_COMM_LEN).
    let names = [String((emulator as NSString).lastPathComponent.prefix(15)), "qemu-system-s39"]
    // Whatever is there now is not the emulator that is about to be started: it need not be looked at again and again.
    let older = Set(allProcesses())
    work = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(100))
        for process in zombies(named: names, besides: older) where !ProcessWaiter.isWatching(process) {
          var status: Int32 = 0
          waitpid(process, &status, WNOHANG)
        }
      }
    }
  }

  func stop() { work.cancel() }
}

/// Our zombie children with one of the names: proc(5), the fields of /proc/PID/stat.
private func zombies(named names: [String], besides older: Set<pid_t>) -> [pid_t] {
  allProcesses().filter { process in
    guard !older.contains(process), let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else {
      return false
    }
    let text = String(decoding: data, as: UTF8.self)
    // The name stands in parentheses and may hold some itself.
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return false }
    let rest = text[text.index(after: close)...].split(separator: " ")
    guard rest.count > 1, rest[0] == "Z", rest[1] == String(getpid()) else { return false }
    return names.contains(String(text[text.index(after: open)..<close]))
  }
}

private func allProcesses() -> [pid_t] {
  ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
}
