import ArgumentParser
import Foundation
import Guest
import LibvirtGuest
import Model

struct BootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot",
    abstract: "Boot a guest and attach to its console.",
    usage: "zlab boot [<options>] <kernel>",
    discussion: """
      Without -i, print the console until the guest exits (status 1 if its kernel panicked) or Ctrl-C is pressed. \
      With -i, open a shell in the guest; Ctrl-] terminates the guest. \
      With --exec, run a shell command and exit: status 0 if the command succeeded, 2 if it failed.

        zlab boot debian:bookworm -i
        zlab boot debian:trixie --function virtio-rng,uid=0x1,fid=0x10 \\
            --function virtio-net -i
        zlab boot debian:trixie --image debian -i
        zlab boot debian:trixie --exec 'cat /proc/version; ls /sys/bus/pci/slots'
        zlab boot debian:trixie --rodir /tests=build/tests --rwdir /out=results \\
            --exec '/tests/run > /out/log'
        zlab boot ./bzImage --append nokaslr --gdb 1234
        zlab boot ./bzImage --append 'loglevel=8 nokaslr'
      """)

  @Argument(
    help: "Kernel: a name or id prefix from `zlab kernel list`, or the path of a bzImage", completion: kernelCompletion
  )
  var kernel: String

  @Option(help: "Image recipe, or a disk id prefix", completion: imageCompletion)
  var image = "mini"

  @Option(
    name: .customLong("function"),
    help: ArgumentHelp(
      "zPCI function to plug once the guest has booted; may be repeated", valueName: "model[,uid=N][,fid=N]"))
  var functions: [FunctionArgument] = []

  @Flag(name: .shortAndLong, help: "Open a shell in the guest")
  var interactive = false

  @Option(
    help: ArgumentHelp(
      "Run a shell command in the guest, print its output (at most 64 KiB each of stdout and stderr) and exit",
      valueName: "command"))
  var exec: String?

  @Option(
    name: .customLong("rodir"),
    help: ArgumentHelp(
      "Mount a directory of this host in the guest, read-only and at the same path unless another is given; may be repeated",
      valueName: "[guest=]path"), completion: .directory)
  var readOnlyFolders: [FolderArgument] = []

  @Option(
    name: .customLong("rwdir"),
    help: ArgumentHelp("The same, writable; may be repeated", valueName: "[guest=]path"), completion: .directory)
  var writableFolders: [FolderArgument] = []

  @Option(help: ArgumentHelp("Listen for gdb on this TCP port of the loopback interface", valueName: "port"))
  var gdb: Int?

  @Option(help: "Number of vCPUs")
  var cpus = 2

  @Option(help: "Guest memory in MiB")
  var memory = 512

  @Option(help: ArgumentHelp("Additional kernel command line parameters", valueName: "words"))
  var append: String?

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var verbosity: ProgressOptions

  func validate() throws {
    guard exec == nil || !interactive else { throw ValidationError("--exec and -i are mutually exclusive.") }
    if let exec, exec.isEmpty || exec.utf8.count > 30_000 {
      throw ValidationError("--exec must be 1 to 30000 bytes.")
    }
    if let gdb, !(1...65535).contains(gdb) { throw ValidationError("--gdb must be 1 to 65535.") }
    guard (1...16).contains(cpus) else { throw ValidationError("--cpus must be 1 to 16.") }
    guard (128...16384).contains(memory) else { throw ValidationError("--memory must be 128 to 16384 MiB.") }
  }

  func run() async throws {
    let specs = try FunctionArgument.specs(functions)
    try host.check()
    guard !interactive || isatty(STDIN_FILENO) == 1 else {
      throw RequestError("-i requires a terminal on stdin")
    }
    let folders = try shared()
    let emulator = try await host.emulatorPath(for: specs)
    let boot = try await BootSet(kernel: kernel, image: image)
    try await host.withHost(userLocations) { host, _ in
      let folder = try host.makeWorkFolder()
      var spec = spec(boot, folder, emulator)
      spec.initramfs = try await boot.initramfs(mounting: folders, in: folder)
      spec.sharedFolders = folders
      let guest = try await host.start(spec)
      do {
        let end = try await attend(guest, specs, log: folder + "/console.log")
        _ = await guest.destroy()
        if end == .panicked { throw ExitStatus.kernelFailed.exit }
        if end == .failed { throw ExitStatus.inconclusive.exit }
      } catch {
        _ = await guest.destroy()
        throw error
      }
    }
  }

  private func shared() throws(RequestError) -> [SharedFolder] {
    var folders: [SharedFolder] = []
    for argument in readOnlyFolders { folders.append(try argument.folder(isReadOnly: true)) }
    for argument in writableFolders { folders.append(try argument.folder(isReadOnly: false)) }
    guard folders.count <= 16 else { throw RequestError("--rodir and --rwdir can be given 16 times in all") }
    return folders
  }

  private func spec(_ boot: BootSet, _ folder: String, _ emulator: String) -> GuestSpec {
    let log = folder + "/console.log"
    let words = (append ?? "").split(separator: " ").map(String.init)
    var spec = GuestSpec(
      name: "zlab-boot-\(getpid())", kernel: boot.kernelPath, initramfs: boot.initramfsPath,
      commandLine: (interactive ? ["zlab.shell"] : []) + words, cpus: cpus, memory: memory,
      console: interactive ? .terminal(log: log) : .file(log), emulator: emulator, folder: folder)
    spec.disk = boot.diskPath
    spec.gdbPort = gdb
    if let gdb { printStatus("zlab: gdb-multiarch vmlinux -ex 'target remote 127.0.0.1:\(gdb)'") }
    return spec
  }

  /// Reason for the end of a guest; `failed` is a command of `--exec` that did not end with 0.
  private enum End { case panicked, failed, other }

  /// Plugs beside the console until the guest, the user or the console ends it.
  private func attend(_ guest: any RunningGuest, _ functions: [FunctionSpec], log: String) async throws -> End {
    let terminal = interactive ? try await guest.terminal() : nil
    return try await withThrowingTaskGroup(of: End.self) { group in
      group.addTask { try await listen(to: guest, functions) }
      group.addTask {
        if let terminal {
          try await converse(with: terminal)
        } else {
          // The output of a command is the result; the console is progress then.
          try await follow(log, to: exec == nil ? STDOUT_FILENO : verbosity.quiet ? nil : STDERR_FILENO)
        }
        return .other
      }
      let end = try await group.next() ?? .other
      group.cancelAll()
      return end
    }
  }

  private func listen(to guest: any RunningGuest, _ functions: [FunctionSpec]) async throws -> End {
    var (waiting, isGiven, isUp) = (functions, false, false)
    for await event in guest.events {
      switch event {
      case .said(.ready):
        // A runner may be started anew; functions are plugged once.
        for function in waiting { try await guest.plug(function) }
        if !isUp { tellUp() }
        isUp = true
        if let exec, !isGiven {
          var script = GuestScript()
          for function in waiting { script.wait(forFunction: function.fid, seconds: 60) }
          script.start(0, "/bin/sh", ["-c", exec])
          script.finish()
          try await guest.give(script)
          isGiven = true
        }
        waiting = []
      case .said(.ended(0, let code, let output, let stderr)) where exec != nil:
        _ = writeAll(STDERR_FILENO, stderr)
        guard writeAll(STDOUT_FILENO, output) else { throw LabError("cannot write the output to stdout") }
        guard code != 0 else { return .other }
        printStatus("zlab: the command exited with status \(code)")
        return .failed
      case .said(.unseen(let fid)) where exec != nil:
        throw LabError("the function with fid 0x\(String(fid, radix: 16)) did not appear in the guest")
      case .said(.unstarted(0, let reason)) where exec != nil:
        throw LabError("cannot run /bin/sh in the guest: \(reason)")
      case .panicked(let psw):
        // What the kernel has to say is on its way to the console.
        try await Task.sleep(for: .milliseconds(300))
        printStatus("\nzlab: guest kernel stopped, PSW \(psw ?? "unknown")")
        return .panicked
      case .ended(let code):
        // Nobody else ends the stream of events, and the console's last words are still to be printed.
        try await Task.sleep(for: .milliseconds(300))
        printStatus("\nzlab: guest exited\(code.map { $0 == 0 ? "" : " with status \($0)" } ?? "")")
        return .other
      case .said, .functionGone, .cutOff: break
      }
    }
    return .other
  }
}

extension BootCommand {
  /// Prints the key that ends the guest, after the boot messages of its kernel.
  private func tellUp() {
    if interactive {
      // The user's terminal is in raw mode.
      printStatus("\rzlab: press Ctrl-] to terminate the guest\r")
    } else if exec == nil {
      printStatus("zlab: the guest is up; press Ctrl-C to terminate it, or use -i for a shell in it")
    }
  }
}

/// Prints a growing file until cancelled; reads it without printing where there is no descriptor.
private func follow(_ path: String, to descriptor: Int32?) async throws {
  var offset: UInt64 = 0
  while !Task.isCancelled {
    if let handle = FileHandle(forReadingAtPath: path) {
      try handle.seek(toOffset: offset)
      if let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
        offset += UInt64(data.count)
        // A person's terminal takes no orders from a guest that nobody asked to talk to.
        let bytes =
          descriptor.map { isatty($0) == 1 } ?? true
          ? data.map { $0 < 0x20 && !"\t\r\n".utf8.contains($0) ? 0x3f : $0 } : Array(data)
        if let descriptor, !writeAll(descriptor, bytes) { return }
      }
      try handle.close()
    }
    try? await Task.sleep(for: .milliseconds(50))
  }
}
