/// MiB that one guest may take of the host: its own memory, and what QEMU needs beside that.
///
/// A restored guest takes less, because it shares the pages that it does not write; a scenario may make it write all.
/// - Parameter memory: the guest's, in MiB.
package func hostMemory(ofGuestWith memory: Int) -> Int { memory + 100 }

/// As many guests at a time as a host carries: one for each core, unless the memory has room for fewer; 1 to 64.
///
/// A guest with two vCPUs wants two cores while both compute, but a trial waits for most of its time, and guests that
/// outnumber the cores slow each other's clocks, which makes trials overrun. So one core each is a fair share.
/// - Parameters:
///   - freeMemory: of the host, in MiB; nil when unknown, and then it does not count.
///   - guestMemory: in MiB.
package func automaticJobs(cores: Int, freeMemory: Int?, guestMemory: Int) -> Int {
  let room = freeMemory.map { $0 / hostMemory(ofGuestWith: guestMemory) } ?? .max
  return max(1, min(cores, room, 64))
}
