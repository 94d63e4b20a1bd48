/// Takes off source files' names what belongs to the machine that built the kernel.
struct SourcePaths: Sendable {
  /// Functions of which it is known in what file they stand, so that what is before is the tree's folder.
  ///
  /// Assembly is there too, because builds with mapped prefixes leave its paths alone.
  static let landmarks = [
    "panic": "kernel/panic.c", "start_kernel": "init/main.c", "schedule": "kernel/sched/core.c",
    "system_call": "arch/s390/kernel/entry.S", "entry_SYSCALL_64": "arch/x86/entry/entry_64.S",
    "el0t_64_sync": "arch/arm64/kernel/entry.S",
  ]

  private var prefixes: [String] = []

  /// Learns from where a landmark turned out to be.
  mutating func learn(_ function: String, isIn file: String) {
    guard let known = Self.landmarks[function], case let path = Self.normalized(file), path.hasSuffix(known) else {
      return
    }
    let prefix = String(path.dropLast(known.count))
    if prefix.isEmpty || prefix.hasSuffix("/"), !prefixes.contains(prefix) { prefixes.append(prefix) }
  }

  /// The file's name in the kernel's tree, or the whole name when it is not of that tree.
  func inTree(_ file: String) -> String {
    let path = Self.normalized(file)
    let prefix = prefixes.filter { path.hasPrefix($0) }.max { $0.utf8.count < $1.utf8.count } ?? ""
    return String(path.dropFirst(prefix.count))
  }

  /// Without `.`, `..` and empty parts: a build in a folder of its own names its sources `build/../kernel/panic.c`.
  private static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
