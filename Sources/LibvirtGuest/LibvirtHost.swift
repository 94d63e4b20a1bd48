import Foundation
package import Guest
import HostTools
import Libvirt
package import Model
package import Storage

/// Runs guests through libvirt.
package final class LibvirtHost: GuestHost {
  /// The URI that zlab means when none is given: the embedded driver, in a root of this process.
  package static let embedded = "qemu:///embed"

  private let hypervisor: Hypervisor
  private let root: RuntimeFolder?
  private let main: BlockingThread
  private let afterwork = DeferredCleanup()
  private let turnsPlugin: @Sendable () async throws -> String

  /// Connects, and clears away the guests of zlab processes that are dead.
  ///
  /// - Parameters:
  ///   - uri: ``embedded``, or any libvirt URI on this machine.
  ///   - emulator: path of `qemu-system-s390x`.
  ///   - turnsPlugin: finds the TCG plugin for guests whose vCPUs run in turns; called for each of them.
  /// - Throws: `RequestError` for a URI on another machine, `LabError` when libvirt, its driver or the emulator is
  ///   missing or broken.
  package init(
    uri: String, emulator: String, folders: Locations, turnsPlugin: @escaping @Sendable () async throws -> String
  ) async throws {
    try Self.check(uri)
    self.turnsPlugin = turnsPlugin
    main = BlockingThread(name: "libvirt")
    let address: String
    if uri == Self.embedded {
      let root = try RuntimeFolder(under: folders.runtime)
      try EmbeddedDriver.prepare(root: root.path, capabilityCache: folders.cache.appending(path: "libvirt"))
      self.root = root
      address = uri + "?root=" + root.path
      logLibvirt(to: EmbeddedDriver.log(root: root.path))
    } else {
      root = nil
      address = uri
    }
    do {
      let advice = "Check the host with `zlab doctor`; the driver is in libvirt-daemon-driver-qemu."
      hypervisor = try await main.libvirt(advice: advice) { () throws(LibvirtError) in
        let hypervisor = try Hypervisor(opening: address)
        try hypervisor.examine(emulator: emulator)
        return hypervisor
      }
      // Not before: libvirt examines an emulator in a daemon of which only init knows when it is over, and would wait
      // 40 s for one that nobody reaps.
      becomeSubreaper()
    } catch {
      root?.clear()
      throw error
    }
  }

  /// Checks that guests can run under `uri`: kernel, initramfs and console are files of this machine.
  /// - Throws: `RequestError` for another driver or another machine.
  package static func check(_ uri: String) throws(RequestError) {
    guard let parts = URLComponents(string: uri), parts.scheme?.hasPrefix("qemu") == true else {
      throw RequestError("'\(uri)' is not a URI of libvirt's QEMU driver", advice: "For instance qemu:///system.")
    }
    guard (parts.host ?? "").isEmpty else {
      throw RequestError(
        "\(uri) is on another machine, where this one's kernels and logs are not",
        advice: "Run zlab there, for instance through ssh.")
    }
  }

  /// Waits until libvirt has let go of all guests that were ended.
  package func rest() async { await afterwork.finish() }

  /// Ends what may still run and removes the sockets; the host cannot be used afterwards.
  package func close() { root?.clear() }

  /// A folder for one guest's files, which goes when the host is closed, or at the next start if this process is killed.
  /// - Throws: `LabError` when the disk refuses.
  package func makeWorkFolder() throws(LabError) -> String {
    try makeUniqueFolder(in: root?.path ?? FileManager.default.temporaryDirectory.path, prefix: "work")
  }

  /// libvirt's version, for instance `9.0.0`.
  /// - Throws: `LabError`.
  package func version() async throws(LabError) -> String {
    let hypervisor = hypervisor
    let number = try await main.libvirt { () throws(LibvirtError) in try hypervisor.libraryVersion() }
    return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }

  package func prepare(for schedule: Schedule) async throws {
    if case .turns = schedule { _ = try await turnsPlugin() }
  }

  package func start(_ spec: GuestSpec) async throws -> any RunningGuest { try await create(spec, isIncoming: false) }

  package func restore(_ spec: GuestSpec, from saved: Snapshot) async throws -> any RunningGuest {
    var spec = spec
    spec.memoryFile = .copied(saved.memory)
    if spec.disk != nil { spec.disk = saved.disk }
    let guest = try await create(spec, isIncoming: true)
    do {
      try await guest.load(saved.state)
      return guest
    } catch {
      _ = await guest.destroy()
      throw (error as? LibvirtError).map { LabError($0.description) } ?? error
    }
  }

  private func create(_ spec: GuestSpec, isIncoming: Bool) async throws -> LibvirtRunningGuest {
    if let root { EmbeddedDriver.shortenLog(root: root.path) }
    let plugin: String? = if case .turns = spec.schedule { try await turnsPlugin() } else { nil }
    if let plan = spec.turnsPlan {
      try await reportingDisk("write the plan of the schedule") {
        try Data(plan.utf8).write(to: URL(fileURLWithPath: spec.turnsPlanPath))
      }
    }
    if let disk = spec.disk { try await makeOverlay(of: disk, at: spec.overlay) }
    let control = BlockingThread(name: spec.name)
    // A QEMU that dies while it starts is known to nobody but libvirt, which waits until somebody reaps it.
    let reaper = OrphanReaper(emulator: spec.emulator)
    defer { reaper.stop() }
    let sockets = try GuestSockets(in: root?.path)
    let reported = hypervisor.events(of: spec.name)
    let (hypervisor, name, autodestroy) = (hypervisor, spec.name, root == nil)
    let xml = spec.domainXML(link: sockets.link, console: sockets.console, turnsPlugin: plugin, isIncoming: isIncoming)
    let recorder: ConsoleRecorder? =
      if case .file(let path) = spec.console {
        try ConsoleRecorder(socket: sockets.console, file: path, isShared: root == nil)
      } else { nil }
    let domain: Domain
    do {
      domain = try await control.libvirt(advice: "`zlab doctor` checks QEMU and libvirt.") {
        () throws(LibvirtError) in
        try hypervisor.start(xml: xml, name: name, autodestroy: autodestroy, paused: isIncoming)
      }
    } catch {
      _ = await recorder?.finish()
      sockets.remove()
      throw error
    }
    let process = root.flatMap { processNumber(of: name, root: $0.path) }
    let guest = LibvirtRunningGuest(
      domain: domain, control: control, scratchFolder: spec.folder, sockets: sockets, process: process,
      reported: reported, afterwork: afterwork, recorder: recorder,
      stop: plugin.map { _ in QuestionStop(prefix: spec.turnsHoldPath) },
      log: root.map { "\($0.path)/log/qemu/\(name).log" })
    do {
      try guest.connect()
      return guest
    } catch {
      _ = await guest.destroy()
      throw error
    }
  }
}

private func processNumber(of name: String, root: String) -> pid_t? {
  guard let data = FileManager.default.contents(atPath: "\(root)/run/qemu/\(name).pid") else { return nil }
  return pid_t(String(decoding: data.prefix(16), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
}

/// Makes a file that takes what a guest writes, over a disk that stays as it is.
private func makeOverlay(of disk: String, at path: String) async throws {
  let arguments = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", disk, path]
  try await HostTool("qemu-img", arguments, to: "make an overlay of \(disk)").run()
}
