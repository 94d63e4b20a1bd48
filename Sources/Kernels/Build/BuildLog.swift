import Model

/// Output of a kernel's make, read while it grows.
struct BuildLog {
  /// Files compiled or assembled so far.
  private(set) var objects = 0
  /// The first sentence of a compiler, assembler, linker or Kconfig that says why it stops.
  private(set) var firstError: String?
  /// Reason why the host, not the source, stopped the build.
  private(set) var hostTrouble: String?
  private var stop: String?
  private var rest: [UInt8] = []

  // A line that is longer says nothing that a person could read.
  private static let lineCap = 4096

  /// Takes in more bytes.
  mutating func take(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        read(String(decoding: rest, as: UTF8.self))
        rest.removeAll(keepingCapacity: true)
      } else if rest.count < Self.lineCap {
        rest.append(byte)
      }
    }
  }

  /// Reason why the build stopped, as far as it says.
  var stderr: String? { firstError ?? stop }

  private mutating func read(_ line: String) {
    // kbuild prints a tag of two to seven letters for each file: scripts/Kbuild.include, `quiet_cmd_cc_o_c`.
    if line.hasPrefix("  CC ") || line.hasPrefix("  AS ") { objects += 1 }
    if hostTrouble == nil { hostTrouble = Self.trouble(line) }
    if firstError == nil, Self.isError(line) { firstError = line }
    if stop == nil, line.hasPrefix("make"), line.contains("*** ") { stop = line }
  }

  private static func isError(_ line: String) -> Bool {
    for mark in [": error: ", ": fatal error: ", ": Error: ", ": undefined reference to ", ": multiple definition of "]
    where line.contains(mark) {
      return true
    }
    // What Kconfig and the top Makefile say of a compiler that they do not take.
    if line.hasPrefix("*** ") || line.hasPrefix("scripts/Kconfig.include:") { return true }
    return line.hasPrefix("ERROR: ") || line.contains("recursive dependency detected")
      || line.contains(": syntax error")
  }

  private static func trouble(_ line: String) -> String? {
    // At the end of a line, as the system's own words stand there; a compiler quotes a source behind a bar.
    if line.hasSuffix("No space left on device") { return "the disk is full" }
    if line.hasSuffix("Disk quota exceeded") { return "the disk quota is used up" }
    let memory = ["Cannot allocate memory", "virtual memory exhausted"].contains(where: line.hasSuffix)
    let killed = line.contains(": fatal error: Killed signal terminated program")
    if memory || killed || line.contains(#/^cc1[a-z]*: out of memory/#) { return "the host ran out of memory" }
    if line.hasPrefix("ccache: error: ") { return line }
    if line.hasPrefix("bwrap: ") { return "cannot create the sandbox: \(line)" }
    if line.hasPrefix("prlimit: ") { return "cannot create the sandbox: \(line)" }
    // The shell's way to say that a tool of the host is missing: `/bin/sh: 1: flex: not found`.
    if line.hasPrefix("/bin/sh: "), line.hasSuffix(": not found") { return "a tool is missing: \(line)" }
    return nil
  }
}
