import Foundation

/// Standard error, where everything is told that is no result; the one writer of it in this process.
let standardError = StatusWriter(STDERR_FILENO, isTerminal: isatty(STDERR_FILENO) == 1) {
  terminalWidth(STDERR_FILENO, fallback: 80)
}

/// Writes a line to standard error that must be read; standard output holds results only. Blocks nobody.
func printStatus(_ text: String) { standardError.notice(text) }
