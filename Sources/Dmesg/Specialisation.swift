import Model

/// A `WARN()` or `BUG()` of a checker, whose report has a title of its own.
///
/// What the code checks is known by its file, or by file and function where the file has other warnings.
final class Specialisation: Sendable {
  /// The end of a path, or a folder of the tree (`mm/`).
  private let place: [UInt8]
  /// nil: anywhere in the place.
  private let functions: NamePatterns?
  /// Of the plain report; the same file can hold both.
  private let plain: FindingKind
  let kind: FindingKind
  let title: String
  /// Of its class of titles.
  let rule: TitleRule
  let bugClass: String

  static func matching(_ plain: FindingKind, location: String?, function: String?) -> Specialisation? {
    guard let location else { return nil }
    return location.withBytes { place in
      let path = place.prefix { $0 != UInt8(ascii: ":") }
      return path.isEmpty ? nil : all.first { $0.plain == plain && $0.holds(path) && $0.checks(function) }
    }
  }

  private func holds(_ path: Bytes) -> Bool {
    guard place.last == UInt8(ascii: "/") else { return path.suffix(place.count).elementsEqual(place) }
    return path.starts(with: place)
      || path.indices.contains { path[$0] == UInt8(ascii: "/") && path[($0 + 1)...].starts(with: place) }
  }

  private func checks(_ function: String?) -> Bool {
    guard let functions else { return true }
    return function.map { functions.contains(SymbolName.plain($0)) } ?? false
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
    Specialisation("lib/kobject.c", .warning, "WARNING: kobject bug in {function}"),
    Specialisation(
      "fs/proc/generic.c", functions: ["proc_register"], .warning, "WARNING: proc registration bug in {function}"),
    // Lockdep's own; that it lost count is not the caller's fault.
    Specialisation("kernel/locking/lockdep.c", functions: ["*lock_*"], .lockdep, "WARNING: locking bug in {function}"),
    // Sizes that no caller should ask for.
    Specialisation(
      "mm/", functions: ["malloc*", "kmalloc*", "vmalloc*", "kvmalloc*", "kzmalloc*"], .warning,
      "WARNING: kmalloc bug in {function}"),
    Specialisation(
      "mm/vmalloc.c", functions: ["*__vmalloc_node*"], .warning, "WARNING: zero-size vmalloc in {function}"),
    // The core complains about what the driver asked for.
    Specialisation(
      "drivers/usb/core/urb.c", functions: ["usb_submit_urb"], .warning, "WARNING in {function}/usb_submit_urb"),
  ]

  private init(
    _ place: String, functions: [String]? = nil, plain: FindingKind = .warning, _ kind: FindingKind,
    _ title: String, bugClass: String? = nil
  ) {
    self.place = Array(place.utf8)
    self.functions = functions.map(NamePatterns.init)
    self.plain = plain
    self.kind = kind
    self.title = title
    rule = TitleRule.of(title)
    self.bugClass = bugClass ?? title
  }
}
