import Blocking
import Foundation
import FoundationXML
import Guest
import Libvirt
import Records

/// One guest under libvirt, with a thread for its management and one for its agent, so that neither waits for the other.
final class LibvirtRunningGuest: RunningGuest {
  let events: AsyncStream<GuestEvent>
  private let domain: Domain
  private let control: BlockingThread
  private let agentThread: BlockingThread
  private let scratchFolder: String
  private let process: pid_t?
  private let exit: ExitWatch?
  private let translation: Task<Void, Never>

  init(
    domain: Domain, control: BlockingThread, scratchFolder: String, process: pid_t?,
    reported: AsyncStream<DomainEvent>
  ) {
    self.domain = domain
    self.control = control
    self.scratchFolder = scratchFolder
    self.process = process
    agentThread = BlockingThread(name: "agent")
    let exit = process.map { ExitWatch(of: $0) }
    self.exit = exit
    let (events, continuation) = AsyncStream.makeStream(of: GuestEvent.self)
    self.events = events
    translation = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await event in reported {
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

  deinit { translation.cancel() }

  func plug(_ function: FunctionSpec) async throws {
    let scratch = "\(scratchFolder)/\(function.alias).raw"
    if case .block(let bytes) = function.model { try makeScratch(scratch, bytes: bytes) }
    let (domain, xml, what) = (domain, function.deviceXML(scratch: scratch), function.description)
    try await control.libvirt { () throws(LibvirtError) in try domain.attach(xml: xml, what: what) }
  }

  func unplug(_ function: FunctionSpec) async throws {
    let (domain, alias, what) = (domain, function.alias, function.description)
    try await control.libvirt { () throws(LibvirtError) in try domain.detach(alias: alias, what: what) }
  }

  func execute(_ program: String, _ arguments: [String]) async throws -> Int {
    try await AgentCommand.execute(program, arguments).send(through: self, purpose: "start \(program)")
  }

  func outcome(of number: Int) async throws -> ProgramOutcome {
    try await AgentCommand.status(of: number).send(through: self, purpose: "ask for program \(number)")
  }

  /// Sends one command to the agent, 10 s at most.
  func ask(_ command: String, purpose: String) async throws -> String {
    let domain = domain
    do {
      return try await agentThread.run { () throws(LibvirtError) in
        try domain.agent(command, timeLimit: 10, purpose: purpose)
      }
    } catch {
      if error.isAgentSilent || error.isOperationInvalid || error.isNoSuchDomain { throw GuestSilence() }
      throw LabError(error.description)
    }
  }

  func terminal() async throws -> String {
    let domain = domain
    let xml = try await control.libvirt { () throws(LibvirtError) in try domain.xml() }
    guard let path = terminalPath(in: xml) else { throw LabError("the guest \(domain.name) has no pseudo-terminal") }
    return path
  }

  func destroy() async -> GuestEnd {
    let (domain, process, exit) = (domain, process, exit)
    // A task of its own: what is given back here must be given back also when the caller is cancelled.
    return await Task {
      var end = GuestEnd()
      if let process, let exit {
        // Killed first: libvirt asks kindly and looks every 200 ms whether it helped, and a stopped QEMU keeps calls.
        let endedByItself = exit.hasEnded
        if !endedByItself { kill(process, SIGKILL) }
        end = await exit.ended()
        if !endedByItself { end.code = nil }
      }
      // A thread of its own: the others may have a call under way that only ends now.
      _ = try? await BlockingThread(name: "destroy").run { () throws(LibvirtError) in try domain.destroy() }
      return end
    }.value
  }

  private func makeScratch(_ path: String, bytes: Int) throws(LabError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { if descriptor >= 0 { close(descriptor) } }
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
    case .agentConnected: self = .agentReady
    case .stopped: self = .ended(code: nil)
    case .deviceRemoved(let alias): self = .functionGone(alias: alias)
    case .monitor("GUEST_PANICKED", let data): self = .panicked(psw: panicPSW(in: data))
    case .crashed, .agentDisconnected, .monitor: return nil
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
