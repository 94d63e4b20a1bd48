import Foundation

/// A box for programs that come from a mailing list: what they may see and write.
///
/// Made by bubblewrap: no network, no process but its own, the system read-only, no home directory, no capabilities,
/// and no further namespaces. Beside the system's programs only what is mounted here is there at all.
package struct Sandbox: Sendable, Hashable {
  /// One folder of the host.
  package struct Mount: Sendable, Hashable {
    package let host: String
    /// Where the boxed program finds it.
    package let inside: String
    package let isWritable: Bool

    package init(_ host: String, at inside: String, isWritable: Bool = false) {
      self.host = host
      self.inside = inside
      self.isWritable = isWritable
    }
  }

  package var mounts: [Mount]
  /// Where the program starts, as it sees it.
  package var directory: String
  /// The largest file, in bytes, that it may write.
  package var fileLimit: Int

  package init(mounts: [Mount], directory: String, fileLimit: Int = 4 << 30) {
    self.mounts = mounts
    self.directory = directory
    self.fileLimit = fileLimit
  }

  /// The same call, boxed; its environment is what the tool adds and nothing of ours.
  package func boxing(_ tool: HostTool) -> HostTool {
    var boxed = tool
    let note = FileManager.default.temporaryDirectory.appending(path: "zlab-box-\(UUID().uuidString)").path
    boxed.boxNote = note
    boxed.executable = "bash"
    boxed.arguments = ["-c", "exec 9>\"$0\"; exec \"$@\"", note]
    boxed.arguments += ["prlimit", "--core=0", "--fsize=\(fileLimit)", "bwrap", "--info-fd", "9"] + walls
    for mount in mounts {
      boxed.arguments += [mount.isWritable ? "--bind" : "--ro-bind", mount.host, mount.inside]
    }
    boxed.arguments += ["--chdir", directory, "--clearenv"]
    let plain = ["PATH": "/usr/bin:/usr/sbin", "HOME": "/nonexistent", "TMPDIR": "/tmp", "LC_ALL": "C.UTF-8"]
    for (name, value) in plain.merging(tool.environment, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      boxed.arguments += ["--setenv", name, value]
    }
    boxed.arguments += ["--", tool.executable] + tool.arguments
    boxed.environment = [:]
    boxed.directory = nil
    // bubblewrap's inner process ignores SIGTERM, and would be left behind if the outer one ended by it too early.
    boxed.diesAtOnce = true
    return boxed
  }

  // Debian's alternatives (awk, cc) are links through /etc. Whoever is root outside owns /proc/sys also in here, without
  // any capability: core_pattern would be the way out, so /proc is read-only.
  private var walls: [String] {
    [
      "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
      "--hostname", "box", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin",
      "/sbin",
      "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--ro-bind", "/etc/alternatives",
      "/etc/alternatives", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--dev", "/dev",
      "--size", String(4 << 30), "--tmpfs", "/tmp", "--proc", "/proc", "--remount-ro", "/proc",
    ]
  }
}

extension HostTool {
  /// Waits until nothing of the box runs any more, 10 s at most.
  ///
  /// bubblewrap's outer process ends without waiting for the others. They are gone when the first of them is: the
  /// kernel ends all others of a PID namespace before it (pid_namespaces(7)).
  func letBoxEnd() async {
    guard let boxNote else { return }
    defer { unlink(boxNote) }
    guard let data = FileManager.default.contents(atPath: boxNote),
      let info = try? JSONSerialization.jsonObject(with: data.prefix(4096)) as? [String: Any],
      let process = info["child-pid"] as? Int
    else { return }
    for _ in 0..<500 where isRunning(process) {
      // Also when the call was cancelled.
      await Task { try? await Task.sleep(for: .milliseconds(20)) }.value
    }
  }

  // proc_pid_stat(5): the state follows the name in parentheses; Z has ended and waits to be reaped.
  private func isRunning(_ process: Int) -> Bool {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
    let state = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ").first
    return state != "Z" && state != "X"
  }
}
