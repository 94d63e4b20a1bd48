package import Model

/// Whatever can run guests: libvirt, or a fake in tests.
package protocol GuestHost: Sendable {
  /// Makes sure that guests can run under a schedule, before any is started.
  /// - Throws: `LabError` when they cannot on this host.
  func prepare(for schedule: Schedule) async throws

  /// Starts a guest and returns without waiting for its kernel.
  /// - Throws: `LabError` when it cannot.
  func start(_ spec: GuestSpec) async throws -> any RunningGuest

  /// Makes a guest from a saved one that was started from the same spec; it stands still until it is resumed.
  /// - Throws: `LabError` when it cannot, for instance because the saved state does not fit this host's QEMU.
  func restore(_ spec: GuestSpec, from saved: Snapshot) async throws -> any RunningGuest
}

extension GuestHost {
  package func prepare(for schedule: Schedule) async throws {}
}

/// A guest that was started and has not been destroyed.
package protocol RunningGuest: Sendable {
  /// Events of the guest from its start; ends when the guest is gone. For one listener.
  var events: AsyncStream<GuestEvent> { get }

  /// Plugs a function and returns when QEMU has it; the guest sees it a little later.
  /// - Throws: `LabError`.
  func plug(_ function: FunctionSpec) async throws

  /// Asks the guest to let a function go, and returns without waiting for that.
  /// - Throws: `LabError`.
  func unplug(_ function: FunctionSpec) async throws

  /// Hands the runner its script; once for each guest, also while it stands still.
  /// - Throws: `LabError`.
  func give(_ script: GuestScript) async throws

  /// True if the guest stops at each question of its programs, until ``release(_:)``.
  var stopsAtQuestions: Bool { get }

  /// Waits until a guest that stops at its questions takes no interrupt either: what is sent to it from then on reaches
  /// it at one instruction, whenever it comes.
  /// - Parameter question: number of the question, from 1.
  /// - Throws: `LabError` when it does not.
  func hold(_ question: Int) async throws

  /// Lets a guest go on that stopped at a question, once all that it was sent has arrived.
  func release(_ question: Int) async

  /// True if the guest has a function, or was asked to let it go and has not yet.
  /// - Throws: `LabError`.
  func has(_ function: FunctionSpec) async throws -> Bool

  /// Answers a program's question.
  /// - Parameter number: what the script calls the program.
  func answer(_ number: Int, _ answer: HostAnswer) async

  /// Lets a guest that was restored run.
  /// - Throws: `LabError`.
  func resume() async throws

  /// Stops the guest and writes its state beside its memory, which must be ``GuestMemory/written(_:)``.
  /// - Throws: `LabError`; the guest is of no further use either way.
  func save(_ state: String) async throws

  /// The path of the pseudo-terminal that is the console of a guest with ``ConsoleSink/terminal(log:)``.
  /// - Throws: `LabError` when its console is none.
  func terminal() async throws -> String

  /// Last monitor events of QEMU, the newest last, at most ``mostMonitorEvents``.
  var monitorEvents: [MonitorEvent] { get }

  /// Writes the guest's memory and registers as an ELF core; may take as long as it likes, also when it is cancelled.
  /// - Throws: `LabError`.
  func dumpCore(to path: String) async throws

  /// The registers of all vCPUs as QEMU prints them; as ``dumpCore(to:)`` it may take long.
  /// - Throws: `LabError`.
  func registers() async throws -> String

  /// Reads memory as the kernel on a vCPU sees it, by virtual addresses; for a guest that stands still.
  /// - Throws: `LabError`, also when an address is not mapped.
  func readMemory(_ vcpu: Int, from address: UInt64, count: Int) async throws -> [UInt8]

  /// Injects what the architecture has for an NMI; as ``dumpCore(to:)`` it may take long.
  /// - Throws: `LabError`.
  func injectNMI() async throws

  /// Ends the guest at once and frees what it held; may be called twice, also while other calls wait.
  func destroy() async -> GuestEnd
}

extension RunningGuest {
  package var stopsAtQuestions: Bool { false }
  package func hold(_ question: Int) async throws {}
  package func release(_ question: Int) async {}
  package func has(_ function: FunctionSpec) async throws -> Bool { false }

  /// A vCPU that runs the kernel, not a program, one that waits if there is one; nil when none does.
  ///
  /// By the problem state and the wait state in the PSW (z/Architecture Principles of Operation, ch. 4), as QEMU prints it.
  /// - Throws: `LabError`.
  package func vCPUInKernel() async throws -> Int? {
    let masks = try await registers().matches(of: /PSW=mask ([0-9a-f]{16})/).map { UInt64($0.1, radix: 16) ?? .max }
    let (problemState, waitState, translation) = (UInt64(1) << 48, UInt64(1) << 49, UInt64(1) << 58)
    let inKernel = masks.indices.filter { masks[$0] & problemState == 0 && masks[$0] & translation != 0 }
    return inKernel.first { masks[$0] & waitState != 0 } ?? inKernel.first
  }
}

/// Exit status of a guest's QEMU.
package struct GuestEnd: Sendable, Hashable {
  /// Its exit code, or 128 plus its signal, when it ended by itself; nil when it was ended, or that cannot be known.
  package var code: Int?
  /// The CPU time that it used, in seconds; nil when that cannot be known.
  package var cpuTime: Double?
  /// Reason why bytes of its console are not in the file; nil when all are.
  package var consoleLoss: String?

  package init(code: Int? = nil, cpuTime: Double? = nil, consoleLoss: String? = nil) {
    self.code = code
    self.cpuTime = cpuTime
    self.consoleLoss = consoleLoss
  }
}

/// Something that happened to a guest by itself.
package enum GuestEvent: Sendable, Hashable {
  /// The runner in the guest sent a line.
  case said(RunnerMessage)
  /// The kernel panicked or entered a disabled wait; the PSW as `mask address` in hex, where QEMU told it.
  case panicked(psw: String?)
  /// QEMU dropped the function with this alias.
  case functionGone(alias: String)
  /// QEMU ended, with its exit code or 128 plus the signal where that is known.
  case ended(code: Int?)
  /// The guest exceeded a limit of the lab's, which no longer listens to it.
  case cutOff(reason: String)
}
