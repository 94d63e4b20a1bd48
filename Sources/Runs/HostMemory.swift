import Foundation

/// MiB that programs may still take before this host swaps or kills; nil when it does not tell.
///
/// A container's own limit is not asked for.
package func availableMemory() -> Int? {
  FileManager.default.contents(atPath: "/proc/meminfo").flatMap {
    availableMemory(in: String(decoding: $0, as: UTF8.self))
  }
}

/// Value of `MemAvailable` in a `/proc/meminfo`, in MiB; nil when it has no such line (Linux, fs/proc/meminfo.c).
package func availableMemory(in text: String) -> Int? {
  for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
    let words = line.split(separator: " ")
    guard words.count == 3, words[2] == "kB", let kilobytes = Int(words[1]), kilobytes >= 0 else { return nil }
    return kilobytes >> 10
  }
  return nil
}
