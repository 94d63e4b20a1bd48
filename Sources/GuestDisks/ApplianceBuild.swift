import Foundation
import Synchronization

/// One launch of an appliance, for which libguestfs may have supermin build it first.
///
/// Nothing tells of a supermin for which handle it works. So those of this process are only ended when all its launches
/// that are under way are to be ended.
final class ApplianceBuild: Sendable {
  private static let counts = Mutex((underWay: 0, toEnd: 0))
  private let isToEnd = Mutex(false)

  init() { Self.counts.withLock { $0.underWay += 1 } }

  /// Ends the builds, unless another launch may be waiting for one; to be called again and again.
  func end() {
    let isFirst = isToEnd.withLock { isToEnd in
      defer { isToEnd = true }
      return !isToEnd
    }
    let isOurs = Self.counts.withLock { counts in
      if isFirst { counts.toEnd += 1 }
      return counts.toEnd == counts.underWay
    }
    guard isOurs else { return }
    for process in children(named: "supermin") { kill(process, SIGKILL) }
  }

  /// The launch is over.
  func finish() {
    let wasToEnd = isToEnd.withLock { $0 }
    Self.counts.withLock { counts in
      counts.underWay -= 1
      if wasToEnd { counts.toEnd -= 1 }
    }
  }
}

/// Our children by the kernel's name for them: proc(5), the fields of /proc/PID/stat.
private func children(named name: String) -> [pid_t] {
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.compactMap { pid_t($0) }.filter { process in
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
    let text = String(decoding: data, as: UTF8.self)
    guard let close = text.lastIndex(of: ")"), text[..<close].hasSuffix("(" + name) else { return false }
    return text[text.index(after: close)...].split(separator: " ").dropFirst().first == Substring(String(getpid()))
  }
}
