import Foundation
import HostTools
import Model

/// Joins the user's terminal to a guest's console until Ctrl-] is typed, the console closes, or the task is cancelled.
///
/// - Parameter path: the console's pseudo-terminal.
/// - Throws: `LabError` when it cannot be opened.
func converse(with path: String) async throws {
  let console = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
  guard console >= 0 else {
    throw LabError("cannot open the guest's console \(path): \(String(cString: strerror(errno)))")
  }
  let stop = StopFlag()
  await withTaskCancellationHandler {
    await BlockingThread(name: "terminal").run {
      let terminal = RawTerminal(STDIN_FILENO)
      while !stop.isSet, pass(console) {}
      terminal.restore()
      close(console)
    }
  } onCancel: {
    stop.set()
  }
}

/// Passes what is there on either side, waiting for it 100 ms at most; false when the conversation is over.
private func pass(_ console: Int32) -> Bool {
  var sides = [
    pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: console, events: Int16(POLLIN), revents: 0),
  ]
  guard poll(&sides, 2, 100) > 0 else { return true }
  if sides[1].revents != 0 {
    let said = readSome(console)
    if said.isEmpty { return false }
    _ = writeAll(STDOUT_FILENO, said)
  }
  if sides[0].revents != 0 {
    let typed = readSome(STDIN_FILENO)
    // 0x1d is Ctrl-], as in telnet and virsh.
    if typed.isEmpty || typed.contains(0x1d) { return false }
    _ = writeAll(console, typed)
  }
  return true
}

private func readSome(_ descriptor: Int32) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 65536) { buffer, used in
    used = max(0, read(descriptor, buffer.baseAddress, 65536))
  }
}

/// A terminal that passes every key on, until it is restored.
private struct RawTerminal {
  private let descriptor: Int32
  private var before = termios()

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    tcgetattr(descriptor, &before)
    var raw = before
    cfmakeraw(&raw)
    tcsetattr(descriptor, TCSANOW, &raw)
  }

  func restore() {
    var before = before
    tcsetattr(descriptor, TCSANOW, &before)
  }
}
