import CGuestfs
import Foundation
import HostTools
import Model
package import Storage
import Synchronization

/// libguestfs' small virtual machine with some disks in it: what reads them is not this host's kernel.
///
/// A launch costs 10 s or more where KVM does not work, so one serves many reads. All calls run on a thread of its own.
/// One that takes too long, or whose task is cancelled, ends the machine; so does the end of this process, for
/// libguestfs leaves a process behind that sees to it.
package final class Appliance: Sendable {
  private let thread = BlockingThread(name: "guestfs")
  private let handle: Handle
  private let folder: RuntimeFolder
  private let isDead = Mutex(false)

  private init(_ handle: Handle, _ folder: RuntimeFolder) {
    self.handle = handle
    self.folder = folder
  }

  /// Starts a machine with the drives as `/dev/sda`, `/dev/sdb` and so on.
  ///
  /// - Parameters:
  ///   - acceleration: where KVM does not truly work, it would hang until the limit.
  ///   - folders: whose runtime folder takes sockets and what the machine writes to read-only drives.
  ///   - limit: for building the machine, once on a host, and starting it.
  /// - Throws: `LabError` when it cannot, `CancellationError`.
  package static func launch(
    _ drives: [Drive], acceleration: Acceleration, folders: Locations, limit: Duration = .seconds(240)
  ) async throws -> Appliance {
    for drive in drives where unsafe access(drive.path, R_OK) != 0 {
      throw LabError("cannot read the disk \(drive.path): \(unsafe String(cString: strerror(errno)))")
    }
    let folder = try RuntimeFolder(under: folders.runtime)
    let handle: Handle
    do { handle = try Handle() } catch {
      folder.clear()
      throw error
    }
    let appliance = Appliance(handle, folder)
    let build = ApplianceBuild()
    defer { build.finish() }
    do {
      try await appliance.call("start libguestfs' appliance", limit: limit, build: build) {
        disks throws(GuestfsError) in
        try disks.prepare(temporary: appliance.folder.path, acceleration)
        for drive in drives { try disks.add(drive) }
        try disks.launch()
      }
      return appliance
    } catch {
      await appliance.close()
      throw error
    }
  }

  /// Starts a machine, lends it, and ends it whatever happens.
  /// - Throws: what ``launch(_:acceleration:folders:limit:)`` or `body` throws.
  package static func with<Value>(
    _ drives: [Drive], acceleration: Acceleration, folders: Locations, _ body: (Appliance) async throws -> Value
  ) async throws -> Value {
    let appliance = try await launch(drives, acceleration: acceleration, folders: folders)
    do {
      let value = try await body(appliance)
      await appliance.close()
      return value
    } catch {
      await appliance.close()
      throw error
    }
  }

  /// Makes calls, one after the other, on the machine's thread.
  ///
  /// - Parameters:
  ///   - purpose: what a person would say is being done, for errors.
  ///   - limit: when it is over the machine is ended, and with it the calls.
  /// - Throws: ``GuestfsError`` as the calls throw it; `LabError` when they took too long, or an earlier call had ended
  ///   the machine; `CancellationError`.
  package func call<Value: Sendable>(
    _ purpose: String, limit: Duration = .seconds(120),
    _ body: @escaping @Sendable (Disks) throws(GuestfsError) -> Value
  ) async throws -> Value {
    try await call(purpose, limit: limit, build: nil, body)
  }

  /// - Parameter build: what the call may wait for beside the machine.
  private func call<Value: Sendable>(
    _ purpose: String, limit: Duration, build: ApplianceBuild?,
    _ body: @escaping @Sendable (Disks) throws(GuestfsError) -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    guard !isDead.withLock({ $0 }) else { throw LabError("cannot \(purpose): the appliance was ended before") }
    let watch = CallWatch(limit: limit)
    let result = await withTaskCancellationHandler {
      await guarded(by: watch, build, body)
    } onCancel: {
      watch.cancel()
    }
    let verdict = watch.finish()
    if verdict == .overdue || verdict == .cancelled { isDead.withLock { $0 = true } }
    // A call that succeeded at the last moment has done its work.
    if case .success(let value) = result, verdict != .cancelled { return value }
    switch verdict {
    case .cancelled: throw CancellationError()
    case .overdue: throw LabError("cannot \(purpose): it took longer than \(limit.components.seconds) s")
    case .running, .finished: return try result.get()
    }
  }

  private func guarded<Value: Sendable>(
    by watch: CallWatch, _ build: ApplianceBuild?, _ body: @escaping @Sendable (Disks) throws(GuestfsError) -> Value
  ) async -> Result<Value, GuestfsError> {
    let (handle, folder) = (handle, folder)
    // No child task: the watch must stand until the call has returned, also when all else is cancelled.
    let over = Flag()
    let guardian = Task {
      await watch.stand(isOver: { over.isSet }) {
        folder.endUsers()
        build?.end()
      }
    }
    let result: Result<Value, GuestfsError> = await thread.run {
      let result = Result { () throws(GuestfsError) -> Value in try body(handle.disks) }
      over.set()
      return result
    }
    await guardian.value
    return result
  }

  /// Ends the machine and removes what it left; nothing can be called afterwards.
  package func close() async {
    isDead.withLock { $0 = true }
    let (handle, thread, folder) = (handle, thread, folder)
    // A task of its own: what is given back here is given back also when the caller is cancelled.
    await Task {
      let over = Flag()
      let watch = CallWatch(limit: .seconds(20))
      let guardian = Task {
        await watch.stand(isOver: { over.isSet }) { folder.endUsers() }
      }
      await thread.run {
        handle.close()
        over.set()
      }
      await guardian.value
      folder.clear()
    }.value
  }
}

/// Set once, by any thread.
final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}
