/// A guest's state on the disk, from which guests are made: what was in its memory, and in its devices.
package struct Snapshot: Sendable, Hashable {
  /// Holds `memory` and `state`, and `disk` when the guest has one.
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// The guest's memory, which restored guests map privately: they share each page until one of them writes to it.
  package var memory: String { folder + "/memory" }

  /// QEMU's migration stream without the memory.
  package var state: String { folder + "/state" }

  /// Overlay with the guest's writes to its disk until then.
  package var disk: String { folder + "/" + overlayName }
}

/// Files of a guest's memory.
package enum GuestMemory: Sendable, Hashable {
  /// Anonymous memory of its own.
  case plain
  /// The file at this path, which then holds what the guest wrote.
  case written(String)
  /// The file at this path, which stays as it is.
  case copied(String)
}
