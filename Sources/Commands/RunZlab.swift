import ArgumentParser
import Foundation
import Records

/// Parses the command line, carries it out and ends the process with the code that docs/contracts.md promises.
package func runZlab() async -> Never {
  // A reader that goes away must not kill us before the guests are cleared away.
  signal(SIGPIPE, SIG_IGN)
  do {
    let command = try Zlab.parseAsRoot()
    guard command is any AsyncParsableCommand else { runAtOnce(command) }
    await runCancellably()
  } catch {
    leave(with: error)
  }
}

/// A command that starts nothing that would have to be cleared away: a signal may end it as it comes.
private func runAtOnce(_ command: any ParsableCommand) -> Never {
  signal(SIGPIPE, SIG_DFL)
  do {
    var command = command
    try command.run()
    exit(ExitStatus.pass.rawValue)
  } catch {
    end(with: error)
  }
}

private func runCancellably() async -> Never {
  let work = Task {
    // Parsed once more: a command may not pass from one task to another.
    guard var command = try Zlab.parseAsRoot() as? any AsyncParsableCommand else { return }
    try await command.run()
  }
  let signals = Signals { work.cancel() }
  do {
    try await work.value
    exit(signals.wasInterrupted ? ExitStatus.interrupted.rawValue : ExitStatus.pass.rawValue)
  } catch let error where signals.wasInterrupted && !(error is ExitCode) {
    say("zlab: interrupted")
    exit(ExitStatus.interrupted.rawValue)
  } catch {
    end(with: error)
  }
}

private func end(with error: any Error) -> Never {
  // Help, usage and our own codes are the argument parser's; what it does not know it would call a plain failure.
  if error is ExitCode || Zlab.exitCode(for: error) != .failure { leave(with: error) }
  say("zlab: \(error)")
  // An error of no family is a flaw of the lab, never the kernel's fault.
  let status = (ExitStatus(error) ?? .labCannot).rawValue
  exit(isStep ? stepCode(status) : status)
}

/// Ends as the argument parser does; but a mistake on the command line of a step must not make git call a commit bad.
private func leave(with error: any Error) -> Never {
  let code = Zlab.exitCode(for: error).rawValue
  guard isStep, stepCode(code) != code else { Zlab.exit(withError: error) }
  say(Zlab.fullMessage(for: error))
  exit(stepCode(code))
}

private var isStep: Bool { CommandLine.arguments.dropFirst().prefix(2) == ["bisect", "step"] }

/// Writes a line of talk to standard error, if anybody still reads it: standard output holds results only.
func say(_ text: String) { sayRaw(text + "\n") }

/// Writes talk that is no whole line.
func sayRaw(_ text: String) { _ = writeAll(STDERR_FILENO, Array(text.utf8)) }

/// Writes a result to standard output.
/// - Throws: `LabError` when it cannot be written; a reader that has gone away is no failure.
func put(_ text: String) throws(LabError) {
  guard !writeAll(STDOUT_FILENO, Array(text.utf8)), errno != EPIPE else { return }
  throw LabError("cannot write the result to standard output: \(String(cString: strerror(errno)))")
}

/// Writes everything; false, with errno, when the system refuses.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
