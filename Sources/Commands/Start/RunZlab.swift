import ArgumentParser
import Foundation
import HostTools
import Model
import Reports
import Storage
import Synchronization

/// Parses the command line, carries it out and ends the process with the code that docs/contracts.md promises.
/// - Parameter words: the program's name first.
package func runZlab(_ words: [String]) async -> Never {
  // A reader that goes away must not kill us before the guests are cleared away.
  signal(SIGPIPE, SIG_IGN)
  // Beyond a limit on the size of files (ulimit -f), write(2) is to fail as on a full disk.
  signal(SIGXFSZ, SIG_IGN)
  // Swift's runtime may have set one that looks for what crashed, and hangs where nothing did.
  if let handler = signal(SIGQUIT, SIG_DFL), isIgnoring(handler) { signal(SIGQUIT, SIG_IGN) }
  endOnRefusedPage()
  Notice.deliver { printStatus("zlab: \($0)") }
  do { try checkStart(words) } catch { end(with: error) }
  let words = commandWords(words)
  do {
    let command = try Zlab.parseAsRoot(Array(words.dropFirst()))
    do { try check(command) } catch { end(with: error) }
    guard command is any AsyncParsableCommand else { runAtOnce(command) }
    await runCancellably(words)
  } catch {
    leave(with: error)
  }
}

/// `verify` takes a file where commands have subcommands, so that its `simulate` is a command of its own.
private func commandWords(_ words: [String]) -> [String] {
  guard words.dropFirst().starts(with: ["verify", "simulate"]) else { return words }
  return words.prefix(1) + ["verify-simulate"] + words.dropFirst(3)
}

private func check(_ command: any ParsableCommand) throws(LabError) {
  let heavy: [any ParsableCommand.Type] = [
    BisectRunCommand.self, BisectStepCommand.self, BootCommand.self, DiskCatCommand.self, DiskCopyCommand.self,
    DiskListCommand.self, ExploreCommand.self, ImageBuildCommand.self, KernelBuildCommand.self, KernelFetchCommand.self,
    NightlyRunCommand.self, PinCommand.self, RunCommand.self, SelftestCommand.self, SweepCommand.self,
    VerifyCommand.self,
    WorkerCommand.self,
  ]
  try heavy.contains { $0 == type(of: command) } ? checkHeavyStart() : checkLimits(.light)
}

/// A command that starts nothing that would have to be cleared away: a signal may end it as it comes.
private func runAtOnce(_ command: any ParsableCommand) -> Never {
  signal(SIGPIPE, SIG_DFL)
  do {
    var command = command
    try command.run()
    leave(ExitStatus.pass.rawValue)
  } catch {
    end(with: error)
  }
}

private func runCancellably(_ words: [String]) async -> Never {
  threadRefusal.withLock { refusal in
    refusal = { code in
      printStatus("zlab: cannot start a thread: \(String(cString: strerror(code)))")
      endAtOnce(.labCannot)
    }
  }
  let work = Task {
    // Parsed once more: a command may not pass from one task to another.
    guard var command = try Zlab.parseAsRoot(Array(words.dropFirst())) as? any AsyncParsableCommand else { return }
    try await command.run()
  }
  let signals: Signals
  do { signals = try Signals { work.cancel() } } catch { end(with: error) }
  let resizing = redrawOnResize()
  defer { resizing?.cancel() }
  do {
    try await work.value
    leave(signals.wasInterrupted ? ExitStatus.interrupted.rawValue : ExitStatus.pass.rawValue)
  } catch let error where signals.wasInterrupted && !(error is ExitCode) {
    printStatus("zlab: interrupted")
    leave(ExitStatus.interrupted.rawValue)
  } catch {
    end(with: error)
  }
}

/// Draws the status line anew when the terminal's width changes (SIGWINCH); nil without a terminal.
private func redrawOnResize() -> (any DispatchSourceSignal)? {
  guard standardError.isTerminal else { return nil }
  let source = DispatchSource.makeSignalSource(signal: SIGWINCH, queue: DispatchQueue(label: "resize"))
  source.setEventHandler { standardError.redraw() }
  source.resume()
  return source
}

private func end(with error: any Error) -> Never {
  // Help, usage and our own codes are the argument parser's; what it does not know it would call a plain failure.
  if error is ExitCode || Zlab.exitCode(for: error) != .failure { leave(with: error) }
  printStatus("zlab: \(harmlessLines(String(describing: error)))")
  // An error of no family is a flaw of the lab, never the kernel's fault.
  leave((ExitStatus(error) ?? .labCannot).rawValue)
}

/// Ends with what the argument parser has to say: help goes to standard output, a mistake is told as any other error.
private func leave(with error: any Error) -> Never {
  if Zlab.exitCode(for: error) == .validationFailure,
    let unknown = unknownCommand(in: commandWords.withLock { $0.dropFirst() })
  {
    printStatus("zlab: \(unknown)")
    leave(ExitStatus.wrongRequest.rawValue)
  }
  let code = Zlab.exitCode(for: error).rawValue
  let message = Zlab.fullMessage(for: error)
  guard !message.isEmpty else { leave(code) }
  if code == 0 {
    do { try printResult(completionScript(message + "\n")) } catch { end(with: error) }
  } else {
    printStatus(requestError(message))
  }
  leave(code)
}

/// The argument parser's message in the form of zlab's other errors; of its usage, which may be a screen long, only the
/// command that prints it whole.
private func requestError(_ message: String) -> String {
  let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  let problem = lines.prefix { !$0.hasPrefix("Usage: ") && !$0.hasPrefix("Help: ") }.joined(separator: "\n")
  let text = problem.hasPrefix("Error: ") ? String(problem.dropFirst("Error: ".count)) : problem
  let help = message.firstMatch(of: /See '([^']*) --help'/).map { "\n  See `\($0.1) --help`." } ?? ""
  return "zlab: " + harmlessLines(text.trimmingCharacters(in: .newlines)) + help
}

/// Ends the process once everything is told. A mistake on the command line of a step, or a lab that fails there, must
/// not make git call a commit bad.
private func leave(_ code: Int32) -> Never {
  standardError.status(nil)
  standardError.flush()
  exit(isStep ? stepCode(code) : code)
}

private var isStep: Bool { commandWords.withLock { $0.dropFirst().prefix(2) } == ["bisect", "step"] }

/// Writes a result to standard output, behind everything that was told before it.
/// - Throws: `LabError` when it cannot be written; a reader that has gone away is no failure.
func printResult(_ text: String) throws(LabError) {
  standardError.status(nil)
  standardError.flush()
  guard !writeAll(STDOUT_FILENO, Array(text.utf8)), errno != EPIPE else { return }
  throw LabError("cannot write the result to stdout: \(String(cString: strerror(errno)))")
}

/// Prints a report for people; on a terminal its lines are broken between words where they are too long for it.
func printReport(_ text: String) throws(LabError) {
  guard isatty(STDOUT_FILENO) == 1 else { return try printResult(text) }
  try printResult(fitted(text, columns: terminalWidth(STDOUT_FILENO, fallback: .max)))
}
