import Foundation
import Model
import Subprocess
import SystemPackage

extension HostTool {
  /// Runs the tool and returns what it printed, whatever its exit code.
  /// - Throws: ``LabError`` when it cannot be started, prints too much or takes too long; `CancellationError`.
  package func result() async throws -> ToolOutput {
    // Its time limit begins when it does.
    await ToolSlots.shared.take()
    let result = await resultInSlot()
    await ToolSlots.shared.give()
    return try result.get()
  }

  private func resultInSlot() async -> Result<ToolOutput, any Error> {
    guard let box else { return await caught { try await limited() } }
    let call: SandboxedCall
    do { call = try SandboxedCall(box, environment: environment) } catch { return .failure(error) }
    call.watch()
    let result = await caught { try await call.command(for: self).limited() }
    let reached = await call.end()
    return result.map { output in
      var output = output
      output.limit = reached
      return output
    }
  }

  private func caught(_ body: () async throws -> ToolOutput) async -> Result<ToolOutput, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  private func limited() async throws -> ToolOutput {
    let limit = timeLimit
    return try await withThrowingTaskGroup(of: ToolOutput?.self) { group in
      group.addTask { try await self.spawn() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let output = first else {
        throw LabError("cannot \(purpose): \(executable) took longer than \(limit.components.seconds) s")
      }
      try Task.checkCancellation()
      return output
    }
  }

  /// Runs the tool and insists on exit code 0.
  /// - Throws: ``LabError`` with the tool's last words.
  @discardableResult
  package func run() async throws -> ToolOutput {
    let result = try await result()
    if let limit = result.limit { throw LabError("cannot \(purpose): \(executable) reached \(limit)") }
    guard result.code == 0 else {
      let words = result.stderr.isEmpty ? result.text : result.stderr
      let last = words.split(separator: "\n").suffix(4).joined(separator: "\n  ")
      throw LabError("cannot \(purpose): \(executable) ended with code \(result.code)\n  \(last)")
    }
    return result
  }

  private func spawn() async throws -> ToolOutput {
    do {
      if let log { return try await spawn(into: log) }
      let result = try await Subprocess.run(
        program,
        arguments: Arguments(arguments), environment: .custom(wholeEnvironment),
        workingDirectory: directory.map { FilePath($0) }, platformOptions: ownSession,
        input: .fileDescriptor(try toolInput(input), closeAfterSpawningProcess: true),
        output: .bytes(limit: outputLimit), error: .bytes(limit: complaintLimit))
      let stderr = String(decoding: result.standardError.suffix(64 << 10), as: UTF8.self)
      return ToolOutput(code: result.terminationStatus.shellCode, output: result.standardOutput, stderr: stderr)
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw LabError(
        "cannot \(purpose): \(executable): \(error.description)", advice: "Check the host with `zlab doctor`.")
    }
  }

  // Through a descriptor, so that nothing is lost when this process dies.
  private func spawn(into log: String) async throws -> ToolOutput {
    let file: FileDescriptor
    do {
      file = try .open(
        FilePath(log), .readWrite, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
    } catch {
      throw LabError("cannot write \(log): \(error)")
    }
    let reader = try file.duplicate()
    defer { try? reader.close() }
    let result = try await Subprocess.run(
      program,
      arguments: Arguments(arguments), environment: .custom(wholeEnvironment),
      workingDirectory: directory.map { FilePath($0) }, platformOptions: ownSession,
      input: .none, output: .fileDescriptor(file, closeAfterSpawningProcess: true), error: .combinedWithOutput)
    return ToolOutput(code: result.terminationStatus.shellCode, output: [], stderr: try lastWords(of: reader))
  }

  private func lastWords(of file: FileDescriptor) throws -> String {
    let size = try file.seek(offset: 0, from: .end)
    let bytes = try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
      count = try file.read(fromAbsoluteOffset: max(0, size - (64 << 10)), into: UnsafeMutableRawBufferPointer(buffer))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // Looked up here: otherwise a process is made for each directory of PATH, only to find nothing there.
  private var program: Executable {
    if executable.hasPrefix("/") { return .path(FilePath(executable)) }
    let search = environment["PATH"] ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
    let places = search.split(separator: ":").lazy.map { "\($0)/\(executable)" }
    let found = places.first { $0.hasPrefix("/") && isProgram($0) }
    return found.map { .path(FilePath($0)) } ?? .name(executable)
  }

  private var complaintLimit: Int { 4 << 20 }

  private var wholeEnvironment: [Subprocess.Environment.Key: String] {
    let host = ProcessInfo.processInfo.environment
    var all: [Subprocess.Environment.Key: String] = ["LC_ALL": "C.UTF-8"]
    for name in ["PATH", "HOME", "TMPDIR"] {
      if let key = Subprocess.Environment.Key(rawValue: name), let value = host[name] { all[key] = value }
    }
    for (name, value) in environment {
      if let key = Subprocess.Environment.Key(rawValue: name) { all[key] = value }
    }
    return all
  }

  // A session of its own, so that ending the tool ends what it started too.
  private var ownSession: PlatformOptions {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(
        signal: diesAtOnce ? .kill : .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
    ]
    return options
  }
}

private func isProgram(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
}

extension TerminationStatus {
  // As a shell tells it: the exit code, or 128 plus the signal.
  fileprivate var shellCode: Int {
    switch self {
    case .exited(let code): Int(code)
    case .signaled(let signal): 128 + Int(signal)
    }
  }
}
