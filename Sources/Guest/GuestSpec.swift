package import Model

/// Destination of a guest's console.
package enum ConsoleSink: Sendable, Hashable {
  /// A file that holds every byte from the first.
  case file(String)
  /// A pseudo-terminal for a person, with every byte also in `log`.
  case terminal(log: String)
}

/// Trace of the functions that the tasks of a guest enter.
package struct TurnsTrace: Sendable, Hashable {
  /// Path of the list of functions.
  package var functions: String
  /// Number of the kernel's report with which the trace ends, from 1.
  package var reports: Int

  package init(functions: String, reports: Int) { (self.functions, self.reports) = (functions, reports) }
}

/// Configuration of a guest.
package struct GuestSpec: Sendable, Hashable {
  /// At most 24 characters `[a-z0-9-]`: it becomes part of a socket's path.
  package var name: String
  /// Paths on the host of the hypervisor.
  package var kernel: String
  package var initramfs: String
  /// Words for the kernel, beside the console's.
  package var commandLine: [String]
  /// At least 1.
  package var cpus: Int
  /// In MiB.
  package var memory: Int
  package var schedule: Schedule
  /// Decides the turns of a schedule that has any.
  package var turnsSeed: UInt64 = 0
  /// Rules of a schedule for the turns, as Sources/Schedules/plugin reads them; nil for none.
  package var turnsPlan: String?
  /// Trace of the functions that tasks enter, beside ``turnsPlan``; nil for none.
  package var turnsTrace: TurnsTrace?
  package var console: ConsoleSink
  /// Path of `qemu-system-s390x`.
  package var emulator: String
  /// Directory for scratch disks.
  package var folder: String
  package var memoryFile = GuestMemory.plain
  /// The qcow2 file that holds the root file system, which stays as it is; nil for a guest without a disk.
  package var disk: String?
  /// Folders of the host that the guest's init mounts.
  package var sharedFolders: [SharedFolder] = []
  /// TCP port of QEMU's gdbstub on the loopback interface; nil for none.
  package var gdbPort: Int?

  package init(
    name: String, kernel: String, initramfs: String, commandLine: [String] = [], cpus: Int = 2, memory: Int = 512,
    schedule: Schedule = .mttcg, console: ConsoleSink, emulator: String, folder: String
  ) {
    self.name = name
    self.kernel = kernel
    self.initramfs = initramfs
    self.commandLine = commandLine
    self.cpus = cpus
    self.memory = memory
    self.schedule = schedule
    self.console = console
    self.emulator = emulator
    self.folder = folder
  }

  /// File of ``turnsTrace``, as Sources/Schedules/plugin/turn-trace.h has it.
  package var turnsTracePath: String { folder + "/schedule.trace" }

  /// Files with ``turnsPlan``, and what became of it.
  package var turnsPlanPath: String { folder + "/schedule.plan" }
  package var turnsLogPath: String { folder + "/schedule.log" }

  /// Beginning of the names of files by which a guest in turns is stopped at a question
  /// (Sources/Schedules/plugin/turn-hold.h).
  package var turnsHoldPath: String { folder + "/question" }

  /// The file that takes what the guest writes to its disk.
  package var overlay: String { folder + "/" + overlayName }

  // Where an instruction takes 2^5 ns or more, measuring the jitter of the clock at boot takes so long that 6.12 reports
  // an RCU stall in jent_mod_init (crypto/jitterentropy-kcapi.c).
  private var slowClockWords: [String] {
    switch schedule {
    case .icount(let shift, _) where shift > 4, .turns(let shift, _) where shift > 4:
      ["initcall_blacklist=jent_mod_init"]
    case .icount, .turns, .mttcg: []
    }
  }

  /// The whole kernel command line: `ttysclp0` is the ASCII console of SCLP (drivers/s390/char/sclp_vt220.c).
  package var kernelCommandLine: String {
    // The disk is there before any function, and so the first of virtio's.
    let root = disk == nil ? [] : ["zlab.root=/dev/vda"]
    return (["console=ttysclp0"] + root + slowClockWords + commandLine).joined(separator: " ")
  }
}

/// Name of the overlay in a guest's folder that takes what the guest writes to its disk.
package let overlayName = "disk.qcow2"
