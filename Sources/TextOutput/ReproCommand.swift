/// A command line that reproduces something, from whatever folder it is pasted into; the only maker of such lines.
///
/// Options at their defaults are left out, and files of the user's are named by absolute paths.
package struct ReproCommand: Sendable, Hashable {
  /// With `zlab` as the first.
  package private(set) var words: [String]

  /// - Parameter verb: the command, for instance `bisect start`.
  package init(_ verb: String, _ arguments: [String] = []) {
    words = ["zlab"] + verb.split(separator: " ").map(String.init) + arguments
  }

  /// A command that was kept.
  package init(words: [String]) { self.words = words }

  /// As a shell reads it.
  package var text: String { words.map(shellQuoted).joined(separator: " ") }

  /// An option of one value; nothing when there is none.
  package mutating func add(_ option: String, _ value: String?) {
    if let value { words += [option, value] }
  }

  /// The option once for each value.
  package mutating func add(_ option: String, each values: [String]) {
    for value in values { words += [option, value] }
  }

  /// Words that an option group makes of itself.
  package mutating func add(_ more: [String]) { words += more }
}

extension ReproCommand {
  /// One trial of a run once more.
  package static func replay(_ run: String, _ trial: Int) -> ReproCommand {
    ReproCommand("run", ["--replay", "\(run)/\(trial)"])
  }

  /// The failed trials of a run once more.
  package static func failed(_ run: String) -> ReproCommand { ReproCommand("run", ["--failed", run]) }

  /// The rest of something that was interrupted.
  /// - Parameter verb: `run`, `verify` or `nightly`.
  package static func resume(_ verb: String, _ id: String) -> ReproCommand { ReproCommand(verb, ["--resume", id]) }

  /// The search of a bisection, from its start or on.
  package static func bisectRun(_ name: String) -> ReproCommand {
    ReproCommand("bisect run", name == "default" ? [] : ["--name", name])
  }
}

/// A word as a POSIX shell reads it back; control characters are made visible, so those do not survive.
package func shellQuoted(_ word: String) -> String {
  let word = escapedForTerminal(word.replacing("\n", with: "\\n")).replacing("\t", with: "\\t")
  let isPlain = word.unicodeScalars.allSatisfy { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "-_./:=+,@%".unicodeScalars.contains(scalar))
  }
  return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
