import FakeSource
import Foundation
import Testing

/// A git history whose commits take a second to build: of each comes one of two real kernels, which lie in it.
struct KernelHistory {
  let folder: URL
  /// The good end first.
  let commits: [String]

  /// - Parameters:
  ///   - good: the image of a kernel without the bug, of which all commits before `culprit` are made.
  ///   - broken: numbers of commits that do not compile.
  init(in home: URL, good: String, bad: String, count: Int, culprit: Int, broken: Set<Int>) async throws {
    let folder = home.appending(path: "history")
    _ = try FakeSource(in: folder, recipe: ["cp kernel.img $(O)/arch/s390/boot/bzImage"])
    self.folder = folder
    let list = try await Self.shell(
      """
      export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A \
        GIT_COMMITTER_EMAIL=a@b
      git init -q -b main . && cp '\(good)' kernel.img && cp kernel.c whole.c
      for number in $(seq 0 \(count)); do
        echo $number >note
        if [ $number = \(culprit) ]; then cp '\(bad)' kernel.img; fi
        cp whole.c kernel.c
        case ' \(broken.map(String.init).joined(separator: " ")) ' in *" $number "*) echo 'int x = no;' >kernel.c ;; esac
        git add -A && git commit -q -m "commit $number"
      done
      git log --reverse --format=%H
      """, in: folder)
    commits = list.split(separator: "\n").map(String.init)
    try #require(commits.count == count + 1)
  }

  /// Runs a script of bash.
  static func shell(_ script: String, in folder: URL, _ environment: [String: String] = [:]) async throws -> String {
    let process = Process()
    let output = folder.deletingLastPathComponent().appending(path: "shell-\(UInt32.random(in: .min ... .max))")
    try Data().write(to: output)
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = process.standardOutput
    try process.run()
    while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// Everything about the user's repository that a search must leave as it is.
  func print() async throws -> String {
    try await Self.shell(
      "find . -path ./.git/objects -prune -o -printf '%p %s %T@\\n' | sort; git for-each-ref",
      in: folder)
  }
}
