import Foundation
import TestSupport
import Testing

/// The scripts of the project, run beside commands that stand in for the host's.
@Suite struct ScriptsTests {
  @Test func `setup waits for the holder of a lock, names it, and tries a failed download again`() async throws {
    let stage = try Stage(commands: [
      "id": "echo 0",
      "getent": "true",
      // shellcheck is missing until apt-get has installed it.
      "dpkg-query": #"case "$*" in *shellcheck) [ -e "$STAGE/installed" ] ;; esac && echo installed"#,
      "dpkg": "true",
      "apt-get": """
      case "$*" in
      *install*) echo try >>"$STAGE/tries"; [ "$(wc -l <"$STAGE/tries")" -eq 3 ] || exit 100; touch "$STAGE/installed" ;;
      esac
      """,
      "swift": "echo 'Swift version 6.3.1'",
    ])
    let lock = stage.folder.appending(path: "lock")
    try Data().write(to: lock)
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    let program = """
      import fcntl, sys
      held = open(sys.argv[1], "w"); fcntl.lockf(held, fcntl.LOCK_EX); print("held", flush=True); sys.stdin.read()
      """
    holder.arguments = ["-c", program, lock.path]
    let (input, output) = (Pipe(), Pipe())
    (holder.standardInput, holder.standardOutput) = (input, output)
    try holder.run()
    _ = output.fileHandleForReading.availableData

    let setup = try stage.start("setup", ["ZLAB_SETUP_LOCKS": lock.path, "ZLAB_SETUP_PAUSE": "0"])
    #expect(try await eventually { stage.said.contains("(pid \(holder.processIdentifier)), which holds") })
    #expect(!stage.has("tries"))
    try input.fileHandleForWriting.close()
    setup.waitUntilExit()
    holder.waitUntilExit()
    #expect(setup.terminationStatus == 0, "\(stage.said)")
    #expect(stage.said.contains("setup: installing shellcheck\n"))
    #expect(stage.said.contains("setup: attempt 2 of 5 failed; trying again"))
    #expect(stage.has("installed"))
  }

  @Test func `setup that cannot install ends with 69 and the packages`() throws {
    let stage = try Stage(commands: [
      "id": "echo 0", "dpkg-query": "exit 1", "dpkg": "true", "apt-get": "exit 100", "swift": "true",
    ])
    let setup = try stage.start("setup", ["ZLAB_SETUP_LOCKS": "/nowhere", "ZLAB_SETUP_PAUSE": "0"])
    setup.waitUntilExit()
    #expect(setup.terminationStatus == 69)
    #expect(stage.said.contains("failed 5 times to install make git"))
  }

  @Test(arguments: [
    ("✔ Test run with 2 tests in 1 suite passed after 1 second.", 0, 0),
    ("✘ Test run with 2 tests in 1 suite failed after 1 second with 1 issue.", 1, 1),
    ("◇ Test run started.", 0, 1),
  ])
  func `both parts of the tests run, and the exit code joins them`(end: String, code: Int, wanted: Int32) throws {
    let stage = try Stage(commands: [
      "swift": """
      case "$*" in
      build*) exit 0 ;;
      *--skip-build*--skip*)
      	printf '%s\\n' '✔ Test "a" passed after 0.1 seconds.' '✘ Test "b" failed after 0.1 seconds with 1 issue.' '\(end)'
      	exit \(code) ;;
      *)
      	printf '%s\\n' '✔ Test c() passed after 0.1 seconds.' '➜ Test d() skipped: "no root"' \\
      		'✔ Test run with 1 test in 1 suite passed after 1 second.' ;;
      esac
      """
    ])
    // The script's own neighbours are not what is tested.
    for name in ["setup", "validators"] { try stage.write("scripts/\(name)", "exit 0") }
    let tests = try stage.start("test")
    tests.waitUntilExit()
    #expect(tests.terminationStatus == wanted, "\(stage.said)")
    #expect(stage.said.contains("skipped: Test d() skipped: \"no root\"\n"))
    #expect(stage.said.contains("failed: Test \"b\" failed after"))
    #expect(stage.said.hasSuffix("\n2 passed, 1 failed, 1 skipped\n"), "\(stage.said)")
  }
}

@Suite struct CheckLayersTests {
  private func check(_ package: String, _ files: [String: String]) throws -> (code: Int32, said: String) {
    let stage = try Stage(commands: [:])
    for (name, text) in files.merging(["Package.swift": package], uniquingKeysWith: { $1 }) {
      let file = stage.folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let check = try stage.start("check-layers")
    check.waitUntilExit()
    return (check.terminationStatus, stage.said)
  }

  private let package = """
    // Layer 0
    module("Low"),
    // Layer 1
    module("High", ["Low", .yams]),
    // Tests
    tests("High", ["High"]),
    """

  @Test func `an upward import, an undeclared one, an unused edge and a library away from home are each told`() throws {
    let said = try check(
      package,
      [
        "Sources/Low/Low.swift": "@testable import High\n", "Sources/High/High.swift": "package import Foundation\n",
        "Tests/HighTests/T.swift": "import High\nimport Low\n",
      ])
    #expect(said.code == 1)
    let wanted = [
      "Sources/Low/Low.swift: Low (layer 0) imports High (layer 1)",
      "Sources/Low/Low.swift: Low imports High, which Package.swift does not declare",
      "Package.swift: High declares Low and no file imports it",
      "Package.swift: High declares Yams and no file imports it",
      "Tests/HighTests/T.swift: HighTests imports Low, which Package.swift does not declare",
    ]
    #expect(said.said.split(separator: "\n").map(String.init) == wanted)
    let away = try check(
      package,
      ["Sources/High/High.swift": "internal import Low\nimport Yams\n", "Tests/HighTests/T.swift": "import High\n"])
    #expect(away.code == 1 && away.said == "Sources/High/High.swift: Yams is imported outside StrictYAML\n")
  }

  @Test func `what is declared and used is fine, and no package is none`() throws {
    let home = package.replacing("High", with: "StrictYAML")
    let fine = try check(
      home,
      [
        "Sources/StrictYAML/Y.swift": "public import Low\nimport Yams\n",
        "Tests/StrictYAMLTests/T.swift": "@testable import StrictYAML\n",
      ])
    #expect(fine.code == 0 && fine.said == "", "\(fine.said)")
    #expect(try check("", [:]).code == 1)
  }
}

/// A copy of the scripts beside commands of the test's own, which come first in PATH.
private final class Stage {
  let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-scripts-\(UUID().uuidString)")
  private let log: URL

  init(commands: [String: String]) throws {
    log = folder.appending(path: "log")
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../scripts")
    try FileManager.default.createDirectory(at: folder.appending(path: "bin"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: scripts.standardizedFileURL, to: folder.appending(path: "scripts"))
    try Data().write(to: log)
    for (name, text) in commands { try write("bin/\(name)", text) }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The standard output and error of the scripts that were started.
  var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appending(path: name).path) }

  func write(_ name: String, _ text: String) throws {
    let file = folder.appending(path: name)
    try Data("#!/bin/bash\n\(text)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  func start(_ script: String, _ environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = folder.appending(path: "scripts/\(script)")
    process.currentDirectoryURL = folder
    var own = ["PATH": "\(folder.path)/bin:/usr/sbin:/usr/bin:/sbin:/bin", "STAGE": folder.path]
    own.merge(environment) { $1 }
    process.environment = own
    let end = try FileHandle(forWritingTo: log)
    (process.standardOutput, process.standardError) = (end, end)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }
}
