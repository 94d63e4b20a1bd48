import CLibvirt
import Foundation
import Synchronization

/// libvirt's event loop, on a thread of its own for the life of the process.
enum EventLoop {
  private static let outcome = Mutex<Result<Void, LibvirtError>?>(nil)

  /// Starts the loop at the first call; it must be up before the first connection.
  static func start() throws(LibvirtError) {
    let result = outcome.withLock { outcome in
      if let outcome { return outcome }
      let fresh = launch()
      outcome = fresh
      return fresh
    }
    try result.get()
  }

  private static func launch() -> Result<Void, LibvirtError> {
    if let problem = unsafe zlab_libvirt_load() {
      let reason = unsafe String(cString: problem)
      return .failure(LibvirtError(code: 0, operation: "load libvirt", reason: reason))
    }
    // By default libvirt prints each failure to stderr, beside reporting it.
    unsafe virSetErrorFunc(nil) { _, _ in }
    guard virEventRegisterDefaultImpl() == 0 else { return .failure(.last(while: "start libvirt's event loop")) }
    // Without a timer the loop sleeps for ever when nothing is registered; it never has to.
    unsafe virEventAddTimeout(1000, { _, _ in }, nil, nil)
    let thread = Thread { while virEventRunDefaultImpl() == 0 {} }
    thread.name = "libvirt-events"
    thread.start()
    return .success(())
  }
}
