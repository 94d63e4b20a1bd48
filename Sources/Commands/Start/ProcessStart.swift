import Foundation
import HostTools
import Model
import Storage
import Synchronization

/// The words of the command line, the program's name first.
let commandWords = Mutex<[String]>([])

/// Looks at what every command needs of the process, before one is parsed.
/// - Throws: `LabError` when the process cannot work.
func checkStart(_ words: [String]) throws(LabError) {
  guard !words.isEmpty else { throw LabError("cannot read the command line: the process was given no words") }
  commandWords.withLock { $0 = words }
  try takeStandardDescriptors()
  guard access("/proc/self/exe", R_OK) == 0 else {
    throw LabError(
      "there is no /proc, where zlab finds its own files and its guests", advice: "mount -t proc proc /proc")
  }
  raiseLimits()
  guard !userLocations.state.path.isEmpty, hasHome else {
    throw LabError(
      "HOME is not set, and the user \(getuid()) has no home directory",
      advice: "Set HOME, or ZLAB_HOME to the folder where zlab shall keep what it makes.")
  }
}

/// Looks at what a command needs that starts guests, compilers or other tools.
/// - Throws: `LabError`.
func checkHeavyStart() throws(LabError) {
  try checkLimits(.heavy)
  try checkThreads()
}

/// A result must not end up in a file that was opened later and got the number of a closed stream.
private func takeStandardDescriptors() throws(LabError) {
  for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)] {
    guard fcntl(number, F_GETFD) < 0 else { continue }
    // The lowest free number is this one. Its wrong direction makes whoever uses the closed stream fail.
    guard open("/dev/null", mode) == number else {
      throw LabError("standard stream \(number) is closed, and /dev/null cannot be opened in its place")
    }
    if number == STDOUT_FILENO {
      throw LabError("stdout is closed, where the result would go", advice: "Use >/dev/null instead of >&-.")
    }
  }
}

private var hasHome: Bool {
  let environment = ProcessInfo.processInfo.environment
  if environment["ZLAB_HOME"]?.isEmpty == false || userHome(environment) != nil { return true }
  return ["XDG_CACHE_HOME", "XDG_STATE_HOME"].allSatisfy { environment[$0]?.hasPrefix("/") == true }
}

/// Starts as many threads as a command may need and lets them end: libdispatch would try for ever, without a word.
private func checkThreads() throws(LabError) {
  let code = probeThreads(32)
  guard code != 0 else { return }
  throw LabError(
    "cannot start threads: \(String(cString: strerror(code)))",
    advice: "Raise the limit of processes (`ulimit -u`, or pids.max of the control group) or of memory (`ulimit -v`).")
}

/// An error of a process that cannot begin.
func startFailure(_ attempt: String, _ code: Int32) -> LabError {
  LabError("cannot \(attempt): \(String(cString: strerror(code)))")
}
