import Foundation
package import Guest
import Model
import Synchronization

/// Behaviour of a fake guest.
package enum Behaviour: Sendable, Hashable {
  /// Boots, runs every program to a clean end.
  case clean
  /// As clean, but prints this on its console while the actors run.
  case prints(String)
  /// As clean, but its programs print the first text, and its console the second.
  case answers(String, printing: String)
  /// Prints this, then QEMU reports a panic.
  case panics(String)
  /// QEMU ends by itself after the boot.
  case dies(code: Int)
  /// The runner says nothing more after the boot.
  case fallsSilent
  /// The runner never speaks.
  case neverBoots
  /// The host refuses to start it.
  case cannotStart
  /// Its programs end with this code.
  case programsFail(code: Int)
  /// As clean, but its console stays empty.
  case saysNothing
  /// Plugging hangs until it is destroyed.
  case plugHangs
  /// Its programs never end.
  case programsHang
  /// Prints this again and again.
  case repeats(String)
  /// Prints this, and its programs never end.
  case printsAndHangs(String)
  /// Its kernel panics before the runner speaks.
  case panicsAtBoot
  /// As clean, but prints this while it boots.
  case complainsAtBoot(String)
  /// It never sees its functions.
  case seesNothing
  /// Its first program asks the host for this.
  case asks(HostAction, fid: UInt32)
  /// Its programs never end, and an NMI makes it panic with this after it printed that.
  case panicsOnNMI(before: String, after: String)
  /// It panics without a word, and its memory cannot be had.
  case panicsAndHidesAll
  /// It cannot be restored; booted it is clean.
  case cannotRestore
  /// As clean, but the kernel's counters end so.
  case admits(KernelState)
  /// As clean, but the kernel's counters are so from the start on.
  case isTainted(KernelState)
  /// As clean, but the console lacks this mark of the runner's.
  case losesMark(Int)
  /// Prints this while the actors run, and the kernel's taint ends so.
  case printsAndAdmits(String, taint: UInt64)
  /// As clean, but this did not get to the console's file.
  case losesConsole(String)
  /// As clean, but the runner reports no counters.
  case hidesItsState
  /// Asks the host this often.
  case asksWithoutEnd(Int)
}

/// A lab without guests: broken, flaky and slow on purpose.
package final class FakeHost: GuestHost {
  private let behaviour: @Sendable (Int, GuestSpec) -> Behaviour
  private let bootTime: Duration
  private let state = Mutex((started: 0, alive: 0, mostAlive: 0, specs: [GuestSpec]()))

  /// - Parameter behaviour: of the nth guest that is started, from 1.
  package init(bootTime: Duration = .zero, _ behaviour: @escaping @Sendable (Int) -> Behaviour) {
    self.behaviour = { number, _ in behaviour(number) }
    self.bootTime = bootTime
  }

  /// - Parameter behaviour: of the nth guest that is started, from 1, by what it is made of.
  package init(_ behaviour: @escaping @Sendable (Int, GuestSpec) -> Behaviour) {
    self.behaviour = behaviour
    bootTime = .zero
  }

  /// Guests that were started and not destroyed.
  package var alive: Int { state.withLock { $0.alive } }
  /// The most that were alive at a time.
  package var mostAlive: Int { state.withLock { $0.mostAlive } }
  /// Started guests, in order.
  package var specs: [GuestSpec] { state.withLock { $0.specs } }

  package func start(_ spec: GuestSpec) async throws -> any RunningGuest { try make(spec, isRestored: false) }

  package func restore(_ spec: GuestSpec, from saved: Snapshot) async throws -> any RunningGuest {
    try make(spec, isRestored: true)
  }

  private func make(_ spec: GuestSpec, isRestored: Bool) throws -> FakeGuest {
    let number = state.withLock { state in
      state.started += 1
      return state.started
    }
    let behaviour = behaviour(number, spec)
    if behaviour == .cannotStart { throw LabError("cannot start the fake guest") }
    if behaviour == .cannotRestore, isRestored { throw LabError("the fake guest's state does not fit") }
    state.withLock { state in
      state.specs.append(spec)
      state.alive += 1
      state.mostAlive = max(state.mostAlive, state.alive)
    }
    return FakeGuest(behaviour, spec, isRestored ? nil : bootTime) { [weak self] in
      self?.state.withLock { $0.alive -= 1 }
    }
  }
}

/// One guest of the fake lab.
final class FakeGuest: RunningGuest {
  let events: AsyncStream<GuestEvent>
  private let continuation: AsyncStream<GuestEvent>.Continuation
  private let behaviour: Behaviour
  private let spec: GuestSpec
  private let onDestroy: @Sendable () -> Void
  private let destroyed = Mutex(false)
  // Marks so far, and what all of this trial's have in common.
  private let marks = Mutex((count: 0, nonce: ""))
  private let life: Task<Void, Never>

  init(_ behaviour: Behaviour, _ spec: GuestSpec, _ bootTime: Duration?, onDestroy: @escaping @Sendable () -> Void) {
    self.behaviour = behaviour
    self.spec = spec
    self.onDestroy = onDestroy
    let (events, continuation) = AsyncStream.makeStream(of: GuestEvent.self)
    self.events = events
    self.continuation = continuation
    // As the real host does it: what an earlier guest printed is gone.
    if case .file(let path) = spec.console { truncate(path, 0) }
    life = Task {
      guard let bootTime else { return }
      if behaviour != .saysNothing { FakeLab.append("[    0.000000] Linux version 6.1.0-fake\n", to: spec) }
      try? await Task.sleep(for: bootTime)
      if case .complainsAtBoot(let text) = behaviour { FakeLab.append(text, to: spec) }
      if behaviour == .panicsAtBoot { return _ = continuation.yield(.panicked(psw: nil)) }
      guard behaviour != .neverBoots else { return }
      continuation.yield(.said(.ready))
      if case .dies(let code) = behaviour {
        try? await Task.sleep(for: .milliseconds(20))
        continuation.yield(.ended(code: code))
      }
    }
  }

  func plug(_ function: FunctionSpec) async throws {
    if behaviour == .plugHangs { try await hangUntilDestroyed() }
  }

  private func hangUntilDestroyed() async throws {
    // Not cancellable, as libvirt's calls are not.
    while !destroyed.withLock({ $0 }) { await Task { try? await Task.sleep(for: .milliseconds(10)) }.value }
    throw LabError("the fake guest is gone")
  }
  func unplug(_ function: FunctionSpec) async throws { continuation.yield(.functionGone(alias: function.alias)) }
  func terminal() async throws -> String { throw LabError("a fake guest has no terminal") }
  func resume() async throws {}
  func save(_ state: String) async throws {
    guard case .written(let memory) = spec.memoryFile else { throw LabError("the fake guest's memory is no file") }
    for file in [state, memory] { _ = FileManager.default.createFile(atPath: file, contents: Data("fake".utf8)) }
  }

  var monitorEvents: [MonitorEvent] {
    if case .panics = behaviour { [MonitorEvent(name: "GUEST_PANICKED", data: #"{"action":"pause"}"#)] } else { [] }
  }

  func dumpCore(to path: String) async throws {
    if behaviour == .panicsAndHidesAll { try await hangUntilDestroyed() }
    _ = FileManager.default.createFile(atPath: path, contents: Data("fake core".utf8))
  }

  func registers() async throws -> String { "PSW=mask 0704c00180000000 addr 0000000000abcdef\n" }

  func readMemory(_ vcpu: Int, from address: UInt64, count: Int) async throws -> [UInt8] {
    throw LabError("a fake guest has no memory")
  }
  func injectNMI() async throws {
    guard case .panicsOnNMI(_, let after) = behaviour else { return }
    append(after)
    continuation.yield(.panicked(psw: nil))
  }

  func answer(_ number: Int, _ answer: HostAnswer) async {
    if case .asksWithoutEnd = behaviour { return }
    continuation.yield(.said(.ended(number, code: answer == .granted ? 0 : 75, output: [], stderr: [])))
    end()
  }

  func give(_ script: GuestScript) async throws {
    let lines = script.portNames.map { $0.dropFirst("zlab:".count) }.joined().split(separator: ";")
    for line in lines {
      let words = line.split(separator: " ")
      switch words[0] {
      case "wait":
        if behaviour == .seesNothing { return say("unseen \(words[1])") }
        say("saw \(words[1])")
      case "begin":
        marks.withLock { $0.nonce = String(words[1]) }
        mark()
        sayState("begun")
      case "start": await run(String(words[1]))
      default: break
      }
    }
    if !hangs { end() }
  }

  private func end() {
    mark()
    sayState("done")
  }

  private func mark() {
    let (count, nonce) = marks.withLock { marks in
      marks.count += 1
      return marks
    }
    if behaviour != .saysNothing, behaviour != .losesMark(count) {
      append("[    5.000000] zlab: mark \(count) \(nonce)\n")
    }
  }

  private func sayState(_ verb: String) {
    var state = KernelState(taint: 0, warnings: 0, oopses: 0)
    if case .isTainted(let always) = behaviour { state = always }
    if case .admits(let last) = behaviour, verb == "done" { state = last }
    if case .printsAndAdmits(_, let taint) = behaviour, verb == "done" { state.taint = taint }
    let numbers = [state.taint, state.warnings, state.oopses].map { $0.map(String.init) ?? "-" }
    if behaviour == .hidesItsState, verb == "begun" { return }
    say("\(verb) \(numbers.joined(separator: " ")) \(marks.withLock { $0.count })")
  }

  private var hangs: Bool {
    switch behaviour {
    case .programsHang, .panics, .panicsAndHidesAll, .panicsOnNMI, .dies, .repeats, .printsAndHangs, .fallsSilent,
      .asks, .asksWithoutEnd:
      true
    default: false
    }
  }

  // As the runner would say it, so that the reading of its lines is part of every test.
  private func say(_ line: String) {
    if let message = RunnerMessage(line: Array(line.utf8)) { continuation.yield(.said(message)) }
  }

  private func run(_ number: String) async {
    if behaviour == .fallsSilent { return }
    say("started \(number)")
    switch behaviour {
    case .prints(let text), .printsAndHangs(let text), .answers(_, printing: let text),
      .printsAndAdmits(let text, taint: _):
      append(text)
    case .panicsOnNMI(let text, _): append(text)
    case .panicsAndHidesAll: continuation.yield(.panicked(psw: nil))
    case .panics(let text):
      append(text)
      continuation.yield(.panicked(psw: "0002000180000000 00000000deadbeef"))
    case .repeats(let text): append(String(repeating: text, count: 250))
    case .asksWithoutEnd(let count): for _ in 0..<count { say("ask \(number) unplug 10") }
    case .asks(let action, let fid): say("ask \(number) \(action.rawValue) \(String(fid, radix: 16))")
    default: break
    }
    guard !hangs else { return }
    let code = if case .programsFail(let code) = behaviour { code } else { 0 }
    let output = if case .answers(let output, printing: _) = behaviour { output } else { "done\n" }
    let escaped = output.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    say("ended \(number) \(code) \(escaped) \(code == 0 ? "" : "it%20broke%0A")")
  }

  func destroy() async -> GuestEnd {
    life.cancel()
    continuation.finish()
    let first = destroyed.withLock { destroyed in
      defer { destroyed = true }
      return !destroyed
    }
    if first { onDestroy() }
    let loss: String? = if case .losesConsole(let reason) = behaviour { reason } else { nil }
    return GuestEnd(code: 0, cpuTime: 0.1, consoleLoss: loss)
  }

  private func append(_ text: String) { FakeLab.append(text, to: spec) }
}

private func append(_ text: String, to spec: GuestSpec) {
  guard case .file(let path) = spec.console else { return }
  let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  defer { close(descriptor) }
  _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

/// A WARNING as an s390x kernel prints it, in the function `name`.
package func warning(in name: String) -> String {
  """
  [    5.100000] ------------[ cut here ]------------
  [    5.100010] WARNING: CPU: 1 PID: 77 at drivers/fake/fake.c:12 \(name)+0x6a/0x80
  [    5.100020] Modules linked in:
  [    5.100030] CPU: 1 PID: 77 Comm: actor Not tainted 6.1.0-fake #1
  [    5.100040] Hardware name: QEMU 8561 QEMU (KVM/Linux)
  [    5.100050] Krnl PSW : 0704d00180000000 00000000003d13fe (\(name)+0x6e/0x80)
  [    5.100060]            R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:1 PM:0 RI:0 EA:3
  [    5.100070] Call Trace:
  [    5.100080]  [<00000000003d13fe>] \(name)+0x6e/0x80
  [    5.100090]  [<00000000003d1500>] fake_caller+0x10/0x80
  [    5.100100] Last Breaking-Event-Address:
  [    5.100110]  [<00000000003d1300>] __warn_printk+0xe6/0xf0
  [    5.100120] ---[ end trace 0000000000000000 ]---

  """
}
