import Foundation
import FoundationXML
import Guest
import HostTools
import Libvirt
import Model
import Synchronization

/// One guest under libvirt, with a thread for its management and one that reads what its runner says.
final class LibvirtRunningGuest: RunningGuest {
  let events: AsyncStream<GuestEvent>
  private let continuation: AsyncStream<GuestEvent>.Continuation
  private let domain: Domain
  private let control: BlockingThread
  private let scratchFolder: String
  private let sockets: GuestSockets
  private let process: pid_t?
  private let exit: ProcessWaiter?
  private let translation: Task<Void, Never>
  private let reports: EventRing
  private let monitorFunctions: MonitorFunctions
  private let afterwork: DeferredCleanup
  private let recorder: ConsoleRecorder?
  // nil for a guest that runs on while it waits for an answer.
  private let stop: QuestionStop?
  // libvirt keeps one for each guest that there ever was.
  private let log: String?
  private let link = Mutex<RunnerLink?>(nil)
  // Scratch disks that were made for it: they go with it.
  private let disks = Mutex<Set<String>>([])

  init(
    domain: Domain, control: BlockingThread, scratchFolder: String, sockets: GuestSockets, process: pid_t?,
    reported: AsyncStream<DomainEvent>, afterwork: DeferredCleanup, recorder: ConsoleRecorder?, stop: QuestionStop?,
    log: String?
  ) {
    (self.recorder, self.stop, self.log) = (recorder, stop, log)
    self.afterwork = afterwork
    self.domain = domain
    self.control = control
    self.scratchFolder = scratchFolder
    self.sockets = sockets
    self.process = process
    let exit = process.map { ProcessWaiter(of: $0) }
    self.exit = exit
    let (reports, monitorFunctions) = (EventRing(), MonitorFunctions())
    (self.reports, self.monitorFunctions) = (reports, monitorFunctions)
    let (events, continuation) = AsyncStream.makeStream(of: GuestEvent.self)
    self.events = events
    self.continuation = continuation
    translation = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await event in reported {
            if case .monitor(let name, let data) = event {
              let report = MonitorEvent(name: name, data: data)
              reports.add(report)
              if let alias = monitorFunctions.functionGone(after: report) {
                continuation.yield(.functionGone(alias: alias))
              }
            }
            // With an exit watch the end is told with its code, below.
            if event == .stopped && exit != nil { continue }
            if let event = GuestEvent(event) { continuation.yield(event) }
          }
        }
        if let exit {
          group.addTask { continuation.yield(.ended(code: await exit.ended().code)) }
        }
        await group.waitForAll()
      }
      continuation.finish()
    }
  }

  /// Connects to the runner.
  /// - Throws: `LabError`.
  func connect() throws {
    let made = try RunnerLink(path: sockets.link)
    let continuation = continuation
    Task { for await event in made.events { continuation.yield(event) } }
    link.withLock { $0 = made }
  }

  deinit { translation.cancel() }

  func plug(_ function: FunctionSpec) async throws {
    let scratch = "\(scratchFolder)/\(function.alias).raw"
    if function.model.hasDisk { try makeScratch(scratch, bytes: function.diskSize) }
    let (domain, monitorFunctions, what) = (domain, monitorFunctions, function.description)
    switch function.attachment(scratch: scratch) {
    case .libvirt(let xml):
      try await control.libvirt { () throws(LibvirtError) in try domain.attach(xml: xml, what: what) }
    case .monitor(let driver, let properties):
      let disk = function.model.hasDisk ? scratch : nil
      try await control.run { () throws(LabError) in
        try monitorFunctions.plug(function, driver: driver, properties, scratch: disk, into: domain)
      }
    }
  }

  func unplug(_ function: FunctionSpec) async throws {
    let (domain, monitorFunctions, alias, what) = (domain, monitorFunctions, function.alias, function.description)
    switch function.attachment(scratch: "") {
    case .libvirt:
      try await control.libvirt { () throws(LibvirtError) in try domain.detach(alias: alias, what: what) }
    case .monitor:
      try await control.run { () throws(LabError) in try monitorFunctions.unplug(function, from: domain) }
    }
  }

  func give(_ script: GuestScript) async throws {
    let names = script.portNames
    guard names.count <= mostScriptPieces else {
      throw LabError("the trial's script is too long for the guest: its actors have too many arguments")
    }
    let domain = domain
    try await control.libvirt { () throws(LibvirtError) in
      for name in names { try domain.attach(xml: portXML(name: name), what: "the script") }
    }
  }

  func answer(_ number: Int, _ answer: HostAnswer) async {
    link.withLock { $0?.send("answer \(number) \(answer.rawValue)") }
  }

  var stopsAtQuestions: Bool { stop != nil }

  func hold(_ question: Int) async throws { try await stop?.hold(question) }

  func release(_ question: Int) async {
    // The answer lies in a socket. QEMU's main loop looks at all of them in each of its rounds, and does one command of
    // the monitor in one: after the second it has read what was there before the first.
    let domain = domain
    for _ in 0..<2 {
      _ = try? await control.libvirt { () throws(LibvirtError) in
        try domain.monitor(#"{"execute":"query-status"}"#, purpose: "ask for the state")
      }
    }
    stop?.release(question)
  }

  func has(_ function: FunctionSpec) async throws -> Bool {
    let domain = domain
    let command = #"{"execute":"qom-list","arguments":{"path":"/machine/peripheral"}}"#
    let answer = try await control.libvirt { () throws(LibvirtError) in
      try domain.monitor(command, purpose: "ask for the devices")
    }
    return answer.contains("\"\(function.alias)\"")
  }

  func resume() async throws {
    let domain = domain
    try await control.libvirt { () throws(LibvirtError) in try domain.resume() }
  }

  func save(_ state: String) async throws {
    let migration = Migration(domain: domain, socket: sockets.state)
    try await control.run { try migration.save(to: state) }
  }

  /// Gives a guest that waits for it the state in a file.
  func load(_ state: String) async throws {
    let migration = Migration(domain: domain, socket: sockets.state)
    try await control.run { try migration.restore(from: state) }
  }

  func terminal() async throws -> String {
    let domain = domain
    let xml = try await control.libvirt { () throws(LibvirtError) in try domain.xml() }
    guard let path = terminalPath(in: xml) else { throw LabError("the guest \(domain.name) has no pseudo-terminal") }
    return path
  }

  var monitorEvents: [MonitorEvent] { reports.events }

  func dumpCore(to path: String) async throws {
    let domain = domain
    try await examine { () throws(LibvirtError) in try domain.dumpCore(to: path) }
    // A core without it is of use too: the kernel may have none, and the core may belong to a daemon's QEMU.
    _ = try? CoreFile(path).addKernelNote()
  }

  func registers() async throws -> String {
    let domain = domain
    let command = #"{"execute":"human-monitor-command","arguments":{"command-line":"info registers -a"}}"#
    let answer = try await examine { () throws(LibvirtError) in
      try domain.monitor(command, purpose: "ask for the registers")
    }
    struct Answer: Decodable {
      let text: String
      enum CodingKeys: String, CodingKey { case text = "return" }
    }
    guard let text = try? JSONDecoder().decode(Answer.self, from: Data(answer.utf8)).text else {
      throw LabError("QEMU does not tell the registers of the guest \(domain.name): \(answer.prefix(200))")
    }
    return text
  }

  func readMemory(_ vcpu: Int, from address: UInt64, count: Int) async throws -> [UInt8] {
    let file = "\(scratchFolder)/memory-\(String(address, radix: 16))"
    defer { unlink(file) }
    let arguments: [String: MonitorValue] = [
      "val": .number(address), "size": .number(UInt64(count)), "filename": .text(file),
      "cpu-index": .number(UInt64(vcpu)),
    ]
    let domain = domain
    // On a thread of its own, as in examine(_:).
    let answer = try await BlockingThread(name: "examine").run { () throws(LabError) in
      try domain.ask("memsave", arguments, to: "read the memory of the guest \(domain.name)")
    }
    guard let data = FileManager.default.contents(atPath: file), data.count == count else {
      throw LabError("cannot read the memory of the guest \(domain.name): \(answer.prefix(200))")
    }
    return [UInt8](data)
  }

  func injectNMI() async throws {
    let domain = domain
    try await examine { () throws(LibvirtError) in try domain.injectNMI() }
  }

  // On a thread of its own: the usual one may have a call under way that only ends with the guest.
  private func examine<Value: Sendable>(
    _ call: @escaping @Sendable () throws(LibvirtError) -> Value
  ) async throws(LabError) -> Value {
    try await BlockingThread(name: "examine").libvirt(call)
  }

  func destroy() async -> GuestEnd {
    link.withLock { $0?.hangUp() }
    // A task of its own: what is given back here must be given back also when the caller is cancelled.
    return await Task { await end() }.value
  }

  private func end() async -> GuestEnd {
    let (domain, sockets, disks, log) = (domain, sockets, disks.withLock { $0 }, log)
    let giveBack = { @Sendable in
      // A thread of its own: the others may have a call under way that only ends now.
      _ = try? await BlockingThread(name: "destroy").run { () throws(LibvirtError) in try domain.destroy() }
      sockets.remove()
      for disk in disks { unlink(disk) }
      if let log { unlink(log) }
    }
    guard let process, let exit else {
      await giveBack()
      return GuestEnd(consoleLoss: await recorder?.finish())
    }
    // Killed first: libvirt asks kindly and looks every 200 ms whether it helped, and a stopped QEMU keeps calls.
    let endedByItself = exit.hasEnded
    if endedByItself, let log { keepLog(log) }
    if !endedByItself { kill(process, SIGKILL) }
    var end = await exit.ended()
    if !endedByItself { end.code = nil }
    end.consoleLoss = await recorder?.finish()
    await afterwork.add(giveBack)
    return end
  }

  /// Keeps what an emulator said that ended by itself, as `qemu.log` beside the console.
  private func keepLog(_ path: String) {
    guard !scratchFolder.isEmpty, let data = FileManager.default.contents(atPath: path) else { return }
    let end = data.suffix(64 << 10)
    // Without room for it the trial is a miss all the same.
    try? end.write(to: URL(fileURLWithPath: scratchFolder + "/qemu.log"))
  }

  private func makeScratch(_ path: String, bytes: Int) throws(LabError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { if descriptor >= 0 { close(descriptor) } }
    if descriptor >= 0 { disks.withLock { _ = $0.insert(path) } }
    guard descriptor >= 0, ftruncate(descriptor, off_t(bytes)) == 0 else {
      throw LabError("cannot create the scratch disk \(path): \(String(cString: strerror(errno)))")
    }
  }
}

private func terminalPath(in xml: String) -> String? {
  guard let document = try? XMLDocument(xmlString: xml),
    let node = try? document.nodes(forXPath: "/domain/devices/console[@type='pty']/source/@path").first
  else { return nil }
  return node.stringValue
}

extension GuestEvent {
  // nil for what no one listens to.
  fileprivate init?(_ event: DomainEvent) {
    switch event {
    case .stopped: self = .ended(code: nil)
    case .deviceRemoved(let alias): self = .functionGone(alias: alias)
    case .monitor("GUEST_PANICKED", let data): self = .panicked(psw: panicPSW(in: data))
    case .crashed, .monitor: return nil
    }
  }
}

// {"action": "pause", "info": {"core": 0, "psw-addr": N, "reason": "disabled-wait", "psw-mask": N, "type": "s390"}}
private func panicPSW(in data: String) -> String? {
  struct Panic: Decodable {
    struct Info: Decodable {
      let address: UInt64
      let mask: UInt64
      enum CodingKeys: String, CodingKey {
        case address = "psw-addr"
        case mask = "psw-mask"
      }
    }
    let info: Info?
  }
  guard let info = try? JSONDecoder().decode(Panic.self, from: Data(data.utf8)).info else { return nil }
  return padded(info.mask) + " " + padded(info.address)
}

private func padded(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
