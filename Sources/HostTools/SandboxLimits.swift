import Foundation

/// Resource limits of all processes in one sandbox together.
package struct SandboxLimits: Sendable, Hashable {
  /// Bytes of memory, with those of files in `/tmp`.
  package var memory: Int
  /// Processes and threads.
  package var processes: Int
  /// Bytes of files in `/tmp`, which lie in memory.
  package var scratch: Int
  /// Bytes that stay free on the disks that hold its writable folders, or an eighth where there is less: a Makefile can
  /// write without end, one file after another.
  package var reserve = 256 << 20
  /// True if control groups are tried, which the kernel enforces, before processes are counted by zlab.
  package var usesControlGroups = true

  package init(memory: Int, processes: Int, scratch: Int) {
    self.memory = memory
    self.processes = processes
    self.scratch = scratch
  }

  /// Half of the host's memory but 2 GiB at least; 32 processes for each CPU but 1024 at least; 1 GiB of `/tmp`.
  package static let standard = SandboxLimits(
    memory: max(2 << 30, Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)),
    processes: max(1024, 32 * ProcessInfo.processInfo.activeProcessorCount), scratch: 1 << 30)
}

/// A limit of a sandbox that its programs reached, whereupon they were ended.
package enum SandboxLimit: Sendable, Hashable, CustomStringConvertible {
  /// In bytes.
  case memory(Int)
  case processes(Int)
  /// Bytes that stay free on the disk.
  case disk(Int)

  package var description: String {
    switch self {
    case .memory(let bytes): "the sandbox's limit of \(bytes >> 20) MiB of memory"
    case .processes(let count): "the sandbox's limit of \(count) processes"
    case .disk(let bytes): "the \(bytes >> 20) MiB that stay free on the disk"
    }
  }
}
