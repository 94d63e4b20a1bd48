import Foundation

/// A box for programs that come from a mailing list: what they may see, write and use up.
///
/// Made by bubblewrap: no network, no process but its own, the system read-only, no home directory, no capabilities,
/// no further namespaces, and a filter of system calls. Beside the system's programs only what is mounted here is there
/// at all.
package struct Sandbox: Sendable, Hashable {
  /// One folder or file of the host.
  package struct Mount: Sendable, Hashable {
    package let host: String
    /// Path in the sandbox.
    package let inside: String
    package let isWritable: Bool

    package init(_ host: String, at inside: String, isWritable: Bool = false) {
      self.host = host
      self.inside = inside
      self.isWritable = isWritable
    }
  }

  package var mounts: [Mount]
  /// Working directory in the sandbox.
  package var directory: String
  /// The largest file, in bytes, that it may write.
  package var fileLimit: Int
  package var limits: SandboxLimits
  /// True if files may get setuid and setgid bits: only for a tree of Debian's signed packages that becomes a guest's
  /// disk.
  package var allowsSetID = false

  package init(
    mounts: [Mount], directory: String, fileLimit: Int = 4 << 30, limits: SandboxLimits = .standard
  ) {
    self.mounts = mounts
    self.directory = directory
    self.fileLimit = fileLimit
    self.limits = limits
  }

  /// The same call, boxed; its environment is what the tool adds and nothing of ours.
  package func sandboxed(_ tool: HostTool) -> HostTool {
    var boxed = tool
    boxed.box = self
    boxed.directory = nil
    // bubblewrap's inner process ignores SIGTERM, and would be left behind if the outer one ended by it too early.
    boxed.diesAtOnce = true
    return boxed
  }

  /// bubblewrap's options.
  /// - Parameter environment: added to a plain one.
  func options(_ environment: [String: String]) -> [String] {
    var words = isolation
    for mount in mounts { words += [mount.isWritable ? "--bind" : "--ro-bind", mount.host, mount.inside] }
    // Last, so that the places for mounts could be made before.
    words += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", directory, "--clearenv"]
    let plain = ["PATH": "/usr/bin:/usr/sbin", "HOME": "/nonexistent", "TMPDIR": "/tmp", "LC_ALL": "C.UTF-8"]
    for (name, value) in plain.merging(environment, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      words += ["--setenv", name, value]
    }
    return words
  }

  // Debian's alternatives (awk, cc) are links through /etc. Whoever is root outside owns /proc/sys also in here, without
  // any capability: core_pattern would be the way out, so /proc is read-only.
  private var isolation: [String] {
    [
      "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
      "--hostname", "box", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin",
      "/sbin",
      "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--ro-bind", "/etc/alternatives",
      "/etc/alternatives", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--dev", "/dev",
      "--size", String(limits.scratch), "--tmpfs", "/tmp", "--size", String(16 << 20), "--tmpfs", "/dev/shm",
      "--proc", "/proc", "--remount-ro", "/proc",
    ]
  }
}
