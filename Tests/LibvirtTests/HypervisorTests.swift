import HostTools
import Libvirt
import Testing

@Suite struct HypervisorTests {
  let thread = BlockingThread(name: "libvirt")

  private func open() async throws -> Hypervisor {
    try await thread.run { () throws(LibvirtError) in try Hypervisor(opening: "test:///default") }
  }

  private func named(_ name: String) -> String {
    "<domain type='test'><name>\(name)</name><memory unit='MiB'>8</memory><os><type>hvm</type></os></domain>"
  }

  @Test func `the test driver's own guest is listed`() async throws {
    let hypervisor = try await open()
    let names = try await thread.run { () throws(LibvirtError) in try hypervisor.activeDomains().map(\.name) }
    #expect(names.contains("test"))
  }

  @Test func `a driver that is not there is named in the failure`() async throws {
    let error = await #expect(throws: LibvirtError.self) {
      try await thread.run { () throws(LibvirtError) in try Hypervisor(opening: "nonsense:///system") }
    }
    #expect(error?.description.hasPrefix("cannot open nonsense:///system: ") == true)
  }

  @Test func `a guest starts, describes itself, ends, and both are reported`() async throws {
    let hypervisor = try await open()
    let events = hypervisor.events(of: "zlab-a")
    let xml = named("zlab-a")
    let description = try await thread.run { () throws(LibvirtError) in
      let domain = try hypervisor.start(xml: xml, name: "zlab-a", autodestroy: false)
      let description = try domain.xml()
      try domain.destroy()
      return description
    }
    #expect(description.contains("<name>zlab-a</name>"))
    var seen: [DomainEvent] = []
    for await event in events {
      seen.append(event)
      if event == .stopped { break }
    }
    #expect(seen == [.stopped])
  }

  @Test func `ending a guest twice is no failure`() async throws {
    let hypervisor = try await open()
    let xml = named("zlab-b")
    try await thread.run { () throws(LibvirtError) in
      let domain = try hypervisor.start(xml: xml, name: "zlab-b", autodestroy: false)
      try domain.destroy()
      try domain.destroy()
    }
  }

  @Test func `events of another guest do not arrive`() async throws {
    let hypervisor = try await open()
    let mine = hypervisor.events(of: "zlab-c")
    let (other, own) = (named("zlab-d"), named("zlab-c"))
    try await thread.run { () throws(LibvirtError) in
      try hypervisor.start(xml: other, name: "zlab-d", autodestroy: false).destroy()
      try hypervisor.start(xml: own, name: "zlab-c", autodestroy: false).destroy()
    }
    var iterator = mine.makeAsyncIterator()
    #expect(await iterator.next() == .stopped)
  }

  @Test func `a broken description is refused with libvirt's words`() async throws {
    let hypervisor = try await open()
    let error = await #expect(throws: LibvirtError.self) {
      try await thread.run { () throws(LibvirtError) in
        _ = try hypervisor.start(xml: "<domain", name: "zlab-e", autodestroy: false)
      }
    }
    #expect(error?.operation == "start the guest")
    #expect(error?.reason.isEmpty == false)
  }

  @Test func `closing the connection ends its streams`() async throws {
    var hypervisor: Hypervisor? = try await open()
    let events = hypervisor?.events(of: "test")
    hypervisor = nil
    for await _ in try #require(events) {}
  }
}
