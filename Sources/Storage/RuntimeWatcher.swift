import CLinux
import Foundation

/// A process that outlives this one, and then ends the QEMUs that use a folder and removes it.
///
/// libvirt daemonizes QEMU, so no parent-death signal reaches it when this process is killed. The watcher is a shell that
/// waits at the end of a pipe of ours; the system closes the other end however we end. It is in a session of its own, so
/// that a signal for our process group does not reach it.
struct RuntimeWatcher: Sendable {
  private let process: pid_t
  // Our end of the pipe.
  private let pipe: Int32

  /// Starts it; nil when the system refuses, and then the next start clears the folder.
  init?(of folder: String) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    // Not even a child of ours may keep the end open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guard let process = spawn(["/bin/sh", "-c", script, "zlab-watcher", folder], input: ends[0]) else {
      close(ends[1])
      return nil
    }
    (self.process, pipe) = (process, ends[1])
  }

  /// Lets it do what it does when this process ends, and waits for that.
  func abandon() {
    close(pipe)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Ends the watcher, which then leaves everything as it is.
  func dismiss() {
    _ = write(pipe, "\n", 1)
    abandon()
  }
}

// Reads a line when it is dismissed. Three looks in a row without a QEMU: one that was about to start gives up when its
// parent has gone.
private let script = """
  read -r line && exit 0
  quiet=0
  while [ $quiet -lt 3 ]; do
    quiet=$((quiet + 1))
    for file in $(grep -alF -- "$1/" /proc/[0-9]*/cmdline 2>/dev/null); do
      case "$(tr '\\000' '\n' 2>/dev/null <"$file" | head -n 1)" in
      *qemu-system*)
        process=${file#/proc/}
        kill -9 "${process%/cmdline}" && quiet=0 ;;
      esac
    done
    sleep 0.2
  done
  rm -rf -- "$1" "$1.lock"
  """

private func spawn(_ words: [String], input: Int32) -> pid_t? {
  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_adddup2(&actions, input, 0)
  for descriptor: Int32 in [1, 2] { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0) }
  // Locks and files that are open here must not stay open there.
  _ = zlab_close_from(&actions, 3)
  // POSIX_SPAWN_SETSID of spawn.h, a macro that is not imported.
  posix_spawnattr_setflags(&attributes, 0x80)
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), strdup("LC_ALL=C"), nil]
  defer { for word in environment { free(word) } }
  var process: pid_t = 0
  return posix_spawn(&process, words[0], &actions, &attributes, &arguments, &environment) == 0 ? process : nil
}
