import ArgumentParser
import Foundation
import Testing

@testable import Commands

/// `--help` of every command, as it is printed on a terminal of 80 columns.
@Suite struct ExampleTests {
  /// A command of the tree, by the words that name it.
  struct Command: CustomTestStringConvertible {
    let words: [String]
    let type: any ParsableCommand.Type
    var testDescription: String { words.joined(separator: " ") }
  }

  static func all(_ type: any ParsableCommand.Type = Zlab.self, _ words: [String] = ["zlab"]) -> [Command] {
    [Command(words: words, type: type)]
      + type.configuration.subcommands.flatMap { command in
        all(command, words + [command.configuration.commandName ?? command._commandName])
      }
  }

  /// The command lines in a help text: indented by two blanks, gone on with behind a backslash. A table of subcommands or
  /// options has more blanks inside.
  private func examples(_ help: String) -> [String] {
    var examples: [String] = []
    var isOpen = false
    for line in help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if isOpen {
        examples[examples.count - 1] += "\n" + line
      } else if line.hasPrefix("  "), line.dropFirst(2).first?.isLetter == true, line.contains("zlab "),
        !line.hasPrefix("  See 'zlab help "), !line.contains("    ")
      {
        examples.append(line)
      } else {
        continue
      }
      isOpen = line.hasSuffix("\\")
    }
    return examples
  }

  @Test func `the tree has all commands`() {
    #expect(Self.all().count > 40)
  }

  @Test(arguments: all())
  func `its examples can be pasted`(_ command: Command) async throws {
    let help = Zlab.helpMessage(for: command.type, columns: 80)
    let examples = examples(help)
    #expect(!examples.isEmpty, "no example in:\n\(help)")
    for example in examples {
      #expect(example.split(separator: "\n").allSatisfy { $0.count <= 78 }, "wider than 78 columns: \(example)")
      for words in try await words(example) { parse(words, example) }
    }
    let name = command.words.joined(separator: " ")
    #expect(examples.contains { ($0 + " ").contains(name + " ") }, "no example of \(name) itself in:\n\(help)")
  }

  /// Words of each call of zlab, as parsed by a shell.
  private func words(_ example: String) async throws -> [[String]] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-example-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Nothing but zlab is run, and zlab only tells its words; `git bisect run` tells those behind it.
    let script = """
      zlab() { printf '%s\\n' "$@" "" >>calls; }
      sudo() { "$@"; }
      git() { if [[ $1 == bisect && $2 == run ]]; then "${@:3}"; fi; }
      for name in jq ssh sendmail awk less b4 cp zstd; do eval "$name() { :; }"; done
      set -e
      \(example)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/nonexistent", "HOME": folder.path]
    let errors = folder.appending(path: "errors")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    let stderr = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    #expect(process.terminationStatus == 0, "bash does not take it: \(example)\n\(stderr)")
    let calls = (try? String(contentsOf: folder.appending(path: "calls"), encoding: .utf8)) ?? ""
    #expect(!calls.isEmpty, "\(example)")
    return calls.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map { $0.components(separatedBy: "\n") }
  }

  private func parse(_ words: [String], _ example: String) {
    do { _ = try Zlab.parseAsRoot(words) } catch {
      // A request for help or a completion script is a success of the parser's.
      #expect(Zlab.exitCode(for: error) == .success, "\(example): \(Zlab.message(for: error))")
    }
  }
}
