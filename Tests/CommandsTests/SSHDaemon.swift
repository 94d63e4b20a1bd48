import Foundation
import Testing

/// An sshd of a test's own on a free port of loopback, whose accounts are keys: each has a shell with other programs.
final class SSHDaemon {
  static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/sbin/sshd")

  private let folder: URL
  private let log: URL
  private var process: Process?
  private var names: [String] = []

  /// - Parameter folder: of this daemon alone.
  init(_ folder: URL) throws {
    self.folder = folder.appending(path: "sshd")
    log = self.folder.appending(path: "log")
    try FileManager.default.createDirectory(
      at: self.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try makeKey("host")
  }

  deinit { stop() }

  /// What sshd has logged.
  var said: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  /// Adds an account with a key of its own.
  /// - Parameter programs: scripts by name, found before those of the system.
  func add(_ name: String, programs: [String: String]) throws {
    try makeKey(name)
    let bin = folder.appending(path: "\(name)-bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    try write("\(name)-shell", "PATH=\(bin.path):/usr/bin:/bin exec sh -c \"$SSH_ORIGINAL_COMMAND\"\n", isProgram: true)
    for (program, script) in programs { try write("\(name)-bin/\(program)", script + "\n", isProgram: true) }
    names.append(name)
  }

  /// Starts it and waits until it listens.
  /// - Returns: path of a configuration for ssh, in which the accounts are hosts.
  func start() throws -> String {
    let keys = try names.map { name in
      "command=\"\(folder.path)/\(name)-shell\",restrict \(try publicKey(name))"
    }
    try write("authorized", keys.joined())
    // Missing where sshd was never started: the machine's /run is empty after a boot.
    if getuid() == 0 { mkdir("/run/sshd", 0o755) }
    let user = NSUserName()
    for _ in 0..<10 {
      let port = Int.random(in: 20_000..<32_000)
      try write(
        "config",
        """
        Port \(port)
        ListenAddress 127.0.0.1
        HostKey \(folder.path)/host
        AuthorizedKeysFile \(folder.path)/authorized
        PidFile \(folder.path)/pid
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        PermitRootLogin prohibit-password

        """)
      guard try isListening(port) else { continue }
      try write("known", "[127.0.0.1]:\(port) \(try publicKey("host"))")
      let hosts = names.map { name in
        """
        Host \(name)
          HostName 127.0.0.1
          Port \(port)
          User \(user)
          IdentityFile \(folder.path)/\(name)
          IdentitiesOnly yes
          UserKnownHostsFile \(folder.path)/known

        """
      }
      try write("client", hosts.joined())
      return folder.appending(path: "client").path
    }
    throw Failure(log: said)
  }

  /// Ends it, and the connections that it still has.
  func stop() {
    let number = (try? String(contentsOf: folder.appending(path: "pid"), encoding: .utf8)).flatMap {
      pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    if let process, process.isRunning, let number { kill(number, SIGTERM) }
  }

  private struct Failure: Error { let log: String }

  private func isListening(_ port: Int) throws -> Bool {
    // sshd closes what it inherits, which Foundation would take for its end: it would wait for it, and see no other
    // process end meanwhile. So a shell is in between.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "/usr/sbin/sshd -D -f \"$1/config\" -E \"$1/log\"; :", "sh", folder.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
    while process.isRunning {
      if said.contains("Server listening on 127.0.0.1 port \(port)") { return true }
      usleep(20_000)
    }
    return false
  }

  private func makeKey(_ name: String) throws {
    let tool = Process()
    tool.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
    tool.arguments = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder.appending(path: name).path]
    try tool.run()
    tool.waitUntilExit()
    try #require(tool.terminationStatus == 0)
  }

  private func publicKey(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name + ".pub"), encoding: .utf8)
  }

  private func write(_ name: String, _ text: String, isProgram: Bool = false) throws {
    let file = folder.appending(path: name)
    try Data(((isProgram ? "#!/bin/sh\n" : "") + text).utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: isProgram ? 0o755 : 0o600], ofItemAtPath: file.path)
  }
}
