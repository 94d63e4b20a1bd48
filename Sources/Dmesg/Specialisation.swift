import Records

/// A `WARN()` or `BUG()` in a checker's file, whose report has a title of its own.
struct Specialisation: Sendable {
  let file: String
  /// nil: anywhere in the file.
  let function: String?
  /// Of the plain report; the same file can hold both.
  let plain: FindingKind
  let kind: FindingKind
  let title: String
  let bugClass: String

  static func matching(_ plain: FindingKind, location: String?, function: String?) -> Specialisation? {
    guard let path = location?.split(separator: ":").first else { return nil }
    return all.first {
      $0.plain == plain && path.hasSuffix($0.file) && ($0.function == nil || $0.function == function)
    }
  }

  private static let all: [Specialisation] = [
    Specialisation("lib/refcount.c", .refcount, "WARNING: refcount bug in {function}"),
    Specialisation(
      "lib/list_debug.c", .listCorruption, "BUG: corrupted list in {function}", bugClass: "corrupted list"),
    Specialisation(
      "lib/list_debug.c", plain: .bug, .listCorruption, "BUG: corrupted list in {function}", bugClass: "corrupted list"),
    Specialisation("mm/usercopy.c", .warning, "WARNING: bad usercopy in {function}"),
    Specialisation("mm/usercopy.c", plain: .bug, .bug, "BUG: bad usercopy in {function}"),
    Specialisation("lib/debugobjects.c", .warning, "WARNING: ODEBUG bug in {function}"),
    Specialisation(
      "fs/proc/generic.c", function: "proc_register", .warning, "WARNING: proc registration bug in {function}"),
    Specialisation("kernel/locking/lockdep.c", .lockdep, "WARNING: locking bug in {function}"),
    Specialisation("mm/slab_common.c", function: "kmalloc_slab", .warning, "WARNING: kmalloc bug in {function}"),
    Specialisation("mm/util.c", function: "kvmalloc_node", .warning, "WARNING: kmalloc bug in {function}"),
    Specialisation("mm/vmalloc.c", .warning, "WARNING: zero-size vmalloc in {function}"),
    // The core complains about what the driver asked for.
    Specialisation("drivers/usb/core/urb.c", .warning, "WARNING in {function}/usb_submit_urb"),
  ]

  private init(
    _ file: String, function: String? = nil, plain: FindingKind = .warning, _ kind: FindingKind, _ title: String,
    bugClass: String? = nil
  ) {
    self.file = file
    self.function = function
    self.plain = plain
    self.kind = kind
    self.title = title
    self.bugClass = bugClass ?? title
  }
}
