import Foundation
import Model
import Synchronization

/// One call in a sandbox while it runs: its files, its control group, and who watches its limits.
final class SandboxedCall: Sendable {
  private let box: Sandbox
  private let folder: URL
  private let group: ControlGroup?
  // Bytes that stay free, by writable folder.
  private let floors: [(path: String, floor: Int)]
  private let state = Mutex((isOver: false, reached: nil as SandboxLimit?))

  /// - Throws: ``LabError`` when the disk refuses.
  init(_ box: Sandbox, environment: [String: String]) throws(LabError) {
    self.box = box
    folder = FileManager.default.temporaryDirectory.appending(path: "zlab-box-\(UUID().uuidString)")
    let options: [UInt8] = box.options(environment).flatMap { word -> [UInt8] in Array(word.utf8) + [0] }
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try Data(options).write(to: folder.appending(path: "options"))
      try Data(SystemCallFilter.program(allowsSetID: box.allowsSetID)).write(to: folder.appending(path: "filter"))
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw LabError("cannot prepare a sandbox in \(folder.path): \(error.localizedDescription)")
    }
    floors = box.mounts.filter(\.isWritable).map { ($0.host, Self.floor($0.host, box.limits.reserve)) }
    group = box.limits.usesControlGroups ? ControlGroup(box.limits) : nil
  }

  /// The call of bubblewrap that runs `tool`.
  ///
  /// Its options come through a descriptor and its environment is empty, for the first process of a box is bubblewrap's,
  /// and the boxed read its command line and environment in /proc/1. When the host has no memory left, what is in a box
  /// is ended first.
  func command(for tool: HostTool) -> HostTool {
    var outer = tool
    let filter = SystemCallFilter.program(allowsSetID: box.allowsSetID).isEmpty ? "" : "--seccomp 8"
    let script = """
      echo 1000 >/proc/self/oom_score_adj
      place=$0; while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit 126; shift; done; shift
      exec 7<"$place/options" 8<"$place/filter" 9>"$place/note"
      exec env -i PATH=/usr/bin:/usr/sbin prlimit --core=0 --fsize=\(box.fileLimit) \
      bwrap --args 7 --info-fd 9 \(filter) -- prlimit --nproc=\(box.limits.processes * 9 / 8 + 16) "$@"
      """
    outer.executable = "sh"
    outer.arguments = ["-c", script, folder.path] + (group?.folders ?? []) + ["--", tool.executable] + tool.arguments
    outer.environment = [:]
    outer.box = nil
    return outer
  }

  /// Looks at the limits until ``end()``, on a thread of its own, because the others may have no time on a busy host.
  func watch() {
    Thread.detachNewThread { [self] in
      while !state.withLock({ $0.isOver }) {
        if let limit = reachedNow {
          state.withLock { $0.reached = $0.reached ?? limit }
          // The kernel ends all others of a PID namespace with the first (pid_namespaces(7)).
          if let first = firstProcess { kill(first, SIGKILL) }
        }
        usleep(50_000)
      }
    }
  }

  /// Waits until nothing of the box runs any more, 10 s at most, and removes what was made for it.
  /// - Returns: the limit that was reached.
  func end() async -> SandboxLimit? {
    // bubblewrap's outer process ends without waiting for the others.
    if let first = firstProcess {
      for _ in 0..<500 where isRunning(first) {
        // Also when the call was cancelled.
        await Task { try? await Task.sleep(for: .milliseconds(20)) }.value
      }
      // It is ours to reap when its parent ended before it: this process takes in orphans.
      waitpid(first, nil, WNOHANG)
    }
    let late = group?.reached
    let reached = state.withLock { state in
      state.isOver = true
      return state.reached ?? late
    }
    group?.remove()
    try? FileManager.default.removeItem(at: folder)
    return reached
  }

  // A disk that has less from the start keeps an eighth of that.
  private static func floor(_ path: String, _ reserve: Int) -> Int {
    let free = free(path) ?? 0
    return free > reserve ? reserve : free / 8
  }

  private static func free(_ path: String) -> Int? {
    var disk = statvfs()
    guard statvfs(path, &disk) == 0 else { return nil }
    return Int(clamping: UInt64(disk.f_bavail) &* UInt64(disk.f_frsize))
  }

  private var reachedNow: SandboxLimit? {
    for (path, floor) in floors where (Self.free(path) ?? floor) < floor { return .disk(floor) }
    if let group { return group.reached }
    guard let first = firstProcess else { return nil }
    let usage = ProcessTree(first).usage
    if usage.processes > box.limits.processes { return .processes(box.limits.processes) }
    return usage.memory > box.limits.memory ? .memory(box.limits.memory) : nil
  }

  // bubblewrap's `--info-fd`.
  private var firstProcess: pid_t? {
    guard let data = FileManager.default.contents(atPath: folder.appending(path: "note").path),
      let info = try? JSONSerialization.jsonObject(with: data.prefix(4096)) as? [String: Any]
    else { return nil }
    return (info["child-pid"] as? Int).map { pid_t($0) }
  }

  // proc_pid_stat(5): the state follows the name in parentheses; Z has ended and waits to be reaped.
  private func isRunning(_ process: pid_t) -> Bool {
    guard let text = smallFile("/proc/\(process)/stat") else { return false }
    let state = text.split(separator: ")").last?.split(separator: " ").first
    return state != "Z" && state != "X"
  }
}

/// A process and all that descend from it; in a PID namespace orphans go to the first process, so none is left out.
struct ProcessTree {
  private let first: pid_t

  init(_ first: pid_t) { self.first = first }

  /// Processes with their threads, and bytes of memory that they do not share with a file or each other.
  ///
  /// proc_pid_statm(5) counts pages; /proc/PID/task/TID/children needs CONFIG_PROC_CHILDREN, which Debian has.
  var usage: (processes: Int, memory: Int) {
    var (waiting, processes, pages) = ([first], 0, 0)
    var seen: Set<pid_t> = []
    while let process = waiting.popLast() {
      guard seen.insert(process).inserted else { continue }
      let place = "/proc/\(process)"
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: place + "/task")) ?? []
      processes += threads.count
      let counts = (smallFile(place + "/statm") ?? "").split(separator: " ").compactMap { Int($0) }
      if counts.count > 2 { pages += max(0, counts[1] - counts[2]) }
      for thread in threads {
        waiting += (smallFile("\(place)/task/\(thread)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
      }
    }
    return (processes, pages * Int(getpagesize()))
  }
}
