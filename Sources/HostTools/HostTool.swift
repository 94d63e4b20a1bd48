/// One call of a program on the host: what to run, within which limits.
package struct HostTool: Sendable {
  /// A name looked up in `PATH`, or an absolute path.
  package var executable: String
  package var arguments: [String]
  /// Added to `PATH`, `HOME` and `TMPDIR`, which are passed on, and `LC_ALL`, which is `C.UTF-8`; nothing else is.
  package var environment: [String: String] = [:]
  package var directory: String?
  package var input: [UInt8] = []
  /// The program and its process group are ended after this time.
  package var timeLimit: Duration = .seconds(120)
  /// More output than this, in bytes, is a failure.
  package var outputLimit: Int = 16 << 20
  /// A file that takes both output streams as they come, from the first byte; nil keeps them in memory.
  package var log: String?
  /// The sandbox that it runs in; the call is over when nothing in there runs any more.
  var box: Sandbox?
  /// True if it is ended by SIGKILL alone, without a SIGTERM before that it could answer.
  package var diesAtOnce = false
  /// Purpose in words for users, in errors: `unpack linux-image.deb`.
  package var purpose: String

  package init(_ executable: String, _ arguments: [String], to purpose: String) {
    self.executable = executable
    self.arguments = arguments
    self.purpose = purpose
  }
}

/// Result of a host tool.
package struct ToolOutput: Sendable {
  /// 0 to 255, or 128 plus the signal that ended it.
  package let code: Int
  package let output: [UInt8]
  /// The last 64 KiB of standard error, or of the log.
  package let stderr: String
  /// The sandbox's limit that ended it; nil when none was reached.
  package internal(set) var limit: SandboxLimit? = nil

  /// Standard output as text, with invalid UTF-8 replaced.
  package var text: String { String(decoding: output, as: UTF8.self) }
}

/// A word in single quotes, as a POSIX shell reads it (POSIX.1-2017, Shell Command Language, 2.2.2).
package func shellWord(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
