import Model
import Synchronization

/// The last events of a guest's monitor.
final class EventRing: Sendable {
  private let kept = Mutex<[MonitorEvent]>([])

  var events: [MonitorEvent] { kept.withLock { $0 } }

  func add(_ event: MonitorEvent) {
    kept.withLock { kept in
      kept.append(event)
      if kept.count > mostMonitorEvents { kept.removeFirst() }
    }
  }
}
