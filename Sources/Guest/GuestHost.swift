/// Whatever can run guests: libvirt, or a fake in tests.
package protocol GuestHost: Sendable {
  /// Starts a guest and returns without waiting for its kernel.
  /// - Throws: `LabError` when it cannot.
  func start(_ spec: GuestSpec) async throws -> any RunningGuest
}

/// A guest that was started and has not been destroyed.
package protocol RunningGuest: Sendable {
  /// What happens to the guest from its start; ends when the guest is gone. For one listener.
  var events: AsyncStream<GuestEvent> { get }

  /// Plugs a function and returns when QEMU has it; the guest sees it a little later.
  /// - Throws: `LabError`.
  func plug(_ function: FunctionSpec) async throws

  /// Asks the guest to let a function go, and returns without waiting for that.
  /// - Throws: `LabError`.
  func unplug(_ function: FunctionSpec) async throws

  /// Starts a program in the guest through its agent and returns the number to ask for it by.
  /// - Throws: `GuestSilence` when the agent does not answer, `LabError` when it refuses.
  func execute(_ program: String, _ arguments: [String]) async throws -> Int

  /// What became of a program that ``execute(_:_:)`` started.
  /// - Throws: `GuestSilence` when the agent does not answer, `LabError` when it refuses.
  func outcome(of number: Int) async throws -> ProgramOutcome

  /// The path of the pseudo-terminal that is the console of a guest with ``ConsoleSink/terminal(log:)``.
  /// - Throws: `LabError` when its console is none.
  func terminal() async throws -> String

  /// Ends the guest at once and frees what it held; may be called twice, also while other calls wait.
  func destroy() async -> GuestEnd
}

/// How a guest's QEMU ended.
package struct GuestEnd: Sendable, Hashable {
  /// Its exit code, or 128 plus its signal, when it ended by itself; nil when it was ended, or that cannot be known.
  package var code: Int?
  /// The CPU time that it used, in seconds; nil when that cannot be known.
  package var cpuTime: Double?

  package init(code: Int? = nil, cpuTime: Double? = nil) {
    self.code = code
    self.cpuTime = cpuTime
  }
}

/// Something that happened to a guest by itself.
package enum GuestEvent: Sendable, Hashable {
  /// The agent can be talked to.
  case agentReady
  /// The kernel panicked or entered a disabled wait; the PSW as `mask address` in hex, where QEMU told it.
  case panicked(psw: String?)
  /// QEMU dropped the function with this alias.
  case functionGone(alias: String)
  /// QEMU ended, with its exit code or 128 plus the signal where that is known.
  case ended(code: Int?)
}

/// What became of a program in a guest.
package enum ProgramOutcome: Sendable, Hashable {
  case running
  /// `code` as in a shell; output and complaint as the guest gave them, capped by the agent.
  case ended(code: Int, output: [UInt8], complaint: [UInt8])
}

/// The guest's agent did not answer in time: for the caller to judge, neither the kernel's fault nor the lab's yet.
package struct GuestSilence: Error, Hashable, Sendable {
  package init() {}
}
