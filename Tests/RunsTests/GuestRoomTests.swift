import Runs
import Testing

@Suite struct GuestRoomTests {
  @Test func `there is a guest for each core, unless the memory has room for fewer`() {
    #expect(automaticJobs(cores: 8, freeMemory: 100_000, guestMemory: 512) == 8)
    // Three times 612 MiB, and a bit.
    #expect(automaticJobs(cores: 8, freeMemory: 1900, guestMemory: 512) == 3)
    #expect(automaticJobs(cores: 8, freeMemory: 1835, guestMemory: 512) == 2)
    #expect(automaticJobs(cores: 8, freeMemory: nil, guestMemory: 512) == 8)
  }

  @Test func `there is always one guest, and never more than can be asked for`() {
    #expect(automaticJobs(cores: 4, freeMemory: 0, guestMemory: 512) == 1)
    #expect(automaticJobs(cores: 0, freeMemory: 100_000, guestMemory: 512) == 1)
    #expect(automaticJobs(cores: 256, freeMemory: 1 << 30, guestMemory: 256) == 64)
  }

  @Test func `the kernel's words about memory are read`() throws {
    let text = "MemTotal:        8140000 kB\nMemFree:          100000 kB\nMemAvailable:    2097152 kB\nBuffers: 1 kB\n"
    #expect(availableMemory(in: text) == 2048)
    let own = try #require(availableMemory())
    #expect(own > 0)
  }

  @Test(arguments: ["", "MemFree: 5 kB\n", "MemAvailable:\n", "MemAvailable: -4 kB\n", "MemAvailable: 5 MB\n"])
  func `other words say nothing about memory`(text: String) { #expect(availableMemory(in: text) == nil) }
}
