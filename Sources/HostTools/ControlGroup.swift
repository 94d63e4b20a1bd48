import Foundation

/// A control group with limits of memory and processes, for one sandbox.
///
/// Version 2 where memory and pids are enabled beside the group that zlab runs in, version 1 below zlab's own groups;
/// only where this process may make groups, which for users other than root is seldom. See cgroup-v2.rst and
/// cgroup-v1/memory.rst, cgroup-v1/pids.rst in the kernel's Documentation/admin-guide.
struct ControlGroup: Sendable {
  /// The folders of the group: one in version 2, one for each controller in version 1.
  let folders: [String]
  private let limits: SandboxLimits
  private let isUnified: Bool

  /// nil where groups cannot be made or do not take limits.
  init?(_ limits: SandboxLimits) {
    self.limits = limits
    let name = "zlab-box-\(getpid())-\(UUID().uuidString.prefix(8))"
    let lines = (smallFile("/proc/self/cgroup") ?? "").split(separator: "\n").map { line in
      line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    }
    func path(_ controller: String) -> String? { lines.first { $0.count == 3 && $0[1] == controller }?[2] }
    isUnified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0
    if isUnified {
      // A group with processes in it has no groups with limits below it.
      guard let own = path("") else { return nil }
      folders = ["/sys/fs/cgroup" + (own as NSString).deletingLastPathComponent + "/" + name]
    } else {
      guard let memory = path("memory"), let pids = path("pids") else { return nil }
      folders = ["/sys/fs/cgroup/memory\(memory)/\(name)", "/sys/fs/cgroup/pids\(pids)/\(name)"]
    }
    for folder in folders { Self.sweep((folder as NSString).deletingLastPathComponent) }
    guard folders.allSatisfy({ mkdir($0, 0o755) == 0 }), setLimits() else {
      remove()
      return nil
    }
  }

  private func setLimits() -> Bool {
    guard let memory = folders.first, let pids = folders.last else { return false }
    if isUnified {
      _ = write("0", to: memory + "/memory.swap.max")
      _ = write("1", to: memory + "/memory.oom.group")
    }
    let limit = isUnified ? "/memory.max" : "/memory.limit_in_bytes"
    guard write(String(limits.memory), to: memory + limit), write(String(limits.processes), to: pids + "/pids.max")
    else { return false }
    if !isUnified { _ = write(String(limits.memory), to: memory + "/memory.memsw.limit_in_bytes") }
    return true
  }

  /// The limit that was reached, by the kernel's own counters.
  var reached: SandboxLimit? {
    guard let memory = folders.first, let pids = folders.last else { return nil }
    if counter("max", in: pids + "/pids.events") > 0 { return .processes(limits.processes) }
    let killed = counter("oom_kill", in: memory + (isUnified ? "/memory.events" : "/memory.oom_control"))
    return killed > 0 ? .memory(limits.memory) : nil
  }

  /// Removes the group; one that still has processes in it, for a moment, is tried again for a second.
  func remove() {
    for folder in folders {
      for _ in 0..<50 where rmdir(folder) != 0 && errno == EBUSY { usleep(20_000) }
    }
  }

  // Groups of a zlab that was killed.
  private static func sweep(_ place: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] where name.hasPrefix("zlab-box-") {
      let owner = name.split(separator: "-").dropFirst(2).first.flatMap { pid_t($0) }
      if let owner, kill(owner, 0) != 0, errno == ESRCH { rmdir(place + "/" + name) }
    }
  }

  private func counter(_ name: String, in file: String) -> Int {
    let line = (smallFile(file) ?? "").split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
  }
}

// Files of the kernel have no size.
func smallFile(_ path: String) -> String? {
  FileManager.default.contents(atPath: path).map { String(decoding: $0.prefix(1 << 20), as: UTF8.self) }
}

private func write(_ text: String, to file: String) -> Bool {
  let descriptor = open(file, O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return text.withCString { Glibc.write(descriptor, $0, strlen($0)) } == text.utf8.count
}
