import Foundation
import Testing

/// Completion in the shells themselves, on a terminal.
@Suite(.serialized) struct CompletionTests {
  private let zlab: ZlabFixture
  /// A cached kernel whose name has a colon.
  private let kernel: String

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
    let names = try await zlab.run("---completion", "run", "--", "--kernel", "0", "0", "").output
    kernel = try #require(names.split(separator: "\n").map(String.init).first { $0.hasPrefix("debian:") }, "\(names)")
  }

  // Shows the words of a command line, and completes as zlab does.
  private let stub = """
    zlab() { if [[ $1 == ---completion ]]; then command zlab "$@"; else printf '<%s>' "$@"; echo ' end'; fi; }

    """

  /// The words that a shell makes of what is typed, with a tab at its end.
  private func completed(_ line: String, in shell: Shell) async throws -> String {
    let file = zlab.home.appending(path: "setup.sh")
    let script = try await zlab.run("--generate-completion-script", shell.rawValue)
    #expect(script.code == 0)
    try Data((shell.start + script.output + stub + "PS1='ready> '\n").utf8).write(to: file)
    let result = try await zlab.onTerminal(
      shell.program[0], shell.program[1], shell.program[2], columns: 200,
      steps: [
        .type("PS1='begin> '; source '\(file.path)'\n"), .wait("ready> "), .type(line + "\t"),
        // What the shell has completed is on the screen before the line is ended.
        .type("\n"), .wait(" end"), .type("exit\n"),
      ])
    let words = try #require(
      result.output.split(whereSeparator: \.isNewline).map(String.init).last { $0.contains(" end") },
      "\(result.output)")
    return String(words.drop { $0 != "<" })
  }

  enum Shell: String {
    case bash, zsh

    var program: [String] {
      switch self {
      case .bash: ["bash", "--norc", "-i"]
      case .zsh: ["zsh", "-f", "-i"]
      }
    }

    var start: String {
      switch self {
      case .bash: ""
      case .zsh: "autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste 2>/dev/null\n"
      }
    }

    /// True if this machine has it; `scripts/setup --tests` installs both.
    var isHere: Bool { access("/usr/bin/\(rawValue)", X_OK) == 0 || access("/bin/\(rawValue)", X_OK) == 0 }
  }

  @Test(arguments: [Shell.bash, .zsh])
  func `a name with a colon is completed`(shell: Shell) async throws {
    guard shell.isHere else { return print("there is no \(shell.rawValue) here, so completion in it was not tried") }
    for typed in [String(kernel.dropLast(2)), String(kernel.prefix(8)), "debia"] {
      let words = try await completed("zlab run nothing --kernel \(typed)", in: shell)
      // Where several kernels begin so, the shell goes as far as they are equal.
      #expect(words.hasPrefix("<run><nothing><--kernel><debian:"), "\(words)")
      if typed.count > 10 { #expect(words == "<run><nothing><--kernel><\(kernel)> end", "\(words)") }
    }
  }

  @Test(arguments: [Shell.bash, .zsh])
  func `scenarios, subcommands and names of parameters are completed`(shell: Shell) async throws {
    guard shell.isHere else { return print("there is no \(shell.rawValue) here, so completion in it was not tried") }
    #expect(try await completed("zlab run slot-power-r", in: shell) == "<run><slot-power-race> end")
    #expect(try await completed("zlab bisect sta", in: shell).hasPrefix("<bisect><sta"))
    let parameter = try await completed("zlab run slot-power-race --set secon", in: shell)
    #expect(parameter.hasPrefix("<run><slot-power-race><--set><seconds="), "\(parameter)")
  }

  @Test func `runs, nights and bisections are offered, and no database is made for it`() async throws {
    let database = zlab.home.appending(path: "zlab/results.sqlite").path
    let none = try await zlab.run("---completion", "report", "--", "positional@0", "0", "0", "")
    #expect(none.output.split(separator: "\n").prefix(2) == ["latest", "night"])
    #expect(!FileManager.default.fileExists(atPath: database))
    let plan = zlab.home.appending(path: "plan.yaml")
    try Data("{schema: zlab.plan/1, name: p, sources: [{kernel: nowhere}], scenarios: [nothing]}".utf8)
      .write(to: plan)
    _ = try await zlab.run("nightly", plan.path)
    let night = try await zlab.run("report", "night", "--format", "json").output
    let id = try #require(night.firstMatch(of: #/"id" : "([0-9a-f]{8})"/#)?.1, "\(night)")
    let offered = try await zlab.run("---completion", "nightly", "run", "--", "--resume", "0", "0", "").output
    #expect(offered.split(separator: "\n").contains(id), "\(offered)")
  }
}
