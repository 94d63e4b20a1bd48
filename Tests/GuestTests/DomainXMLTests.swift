import Foundation
import FoundationXML
import Guest
import Model
import Testing

@Suite struct DomainXMLTests {
  private func spec(console: ConsoleSink = .file("/run/console.log")) -> GuestSpec {
    GuestSpec(
      name: "zlab-1", kernel: "/k/vm<linuz>", initramfs: "/i", commandLine: ["quiet", "a=\"b\""], cpus: 2, memory: 256,
      console: console, emulator: "/usr/bin/qemu-system-s390x", folder: "/run")
  }

  private func values(_ path: String, in xml: String) throws -> [String] {
    let document = try XMLDocument(xmlString: xml)
    return try document.nodes(forXPath: path).compactMap(\.stringValue)
  }

  @Test func `paths and words survive characters that XML reserves`() throws {
    let xml = spec().domainXML(link: "/run/r", console: "/run/c")
    #expect(try values("/domain/os/kernel", in: xml) == ["/k/vm<linuz>"])
    #expect(try values("/domain/os/cmdline", in: xml) == ["console=ttysclp0 quiet a=\"b\""])
    #expect(try values("/domain/devices/console/source/@path", in: xml) == ["/run/c", "/run/r"])
  }

  @Test func `a guest starts without PCI functions`() throws {
    let xml = spec().domainXML(link: "/run/r", console: "/run/c")
    #expect(try values("//zpci", in: xml).isEmpty)
    #expect(try values("//devices/*/@model", in: xml) == ["none", "pci-root", "none", "s390"])
  }

  @Test func `folders of the host have a tag each, and are listed for the guest's init`() throws {
    var spec = spec()
    spec.sharedFolders = [
      SharedFolder(path: "/a & b", place: "/mnt/a b", isReadOnly: true),
      SharedFolder(path: "/c", place: "/c", isReadOnly: false),
    ]
    let xml = spec.domainXML(link: "/run/r", console: "/run/c")
    #expect(try values("/domain/devices/filesystem/source/@dir", in: xml) == ["/a & b", "/c"])
    #expect(try values("/domain/devices/filesystem[readonly]/target/@dir", in: xml) == ["zlab0"])
    #expect(try values("/domain/devices/filesystem/address/@devno", in: xml) == ["0x0200", "0x0201"])
    #expect(SharedFolder.list(spec.sharedFolders) == "zlab0 ro /mnt/a b\nzlab1 rw /c\n")
  }

  @Test func `counted instructions are one vCPU, and words for QEMU itself`() throws {
    var spec = spec()
    #expect(try values("//*[local-name()='arg']/@value", in: spec.domainXML(link: "/run/r", console: "/run/c")).isEmpty)
    #expect(try values("/domain/vcpu", in: spec.domainXML(link: "/run/r", console: "/run/c")) == ["2"])
    spec.schedule = try #require(Schedule("icount:5"))
    let xml = spec.domainXML(link: "/run/r", console: "/run/c")
    #expect(
      try values("//*[local-name()='commandline']/*/@value", in: xml).starts(with: ["-icount", "shift=5,sleep=off"]))
    // Numbers from the host, and another thread's timing, would make each guest another one.
    #expect(try values("/domain/cpu/feature[@policy='disable']/@name", in: xml) == ["prno-trng"])
    #expect(try values("//*[local-name()='arg']/@value", in: xml).contains("virtio-serial-ccw.ioeventfd=off"))
    #expect(try values("/domain/vcpu", in: xml) == ["1"])
    #expect(xml.contains("xmlns:qemu=\"http://libvirt.org/schemas/domain/qemu/1.0\""))
  }

  @Test func `vCPUs in turns are counted instructions and a plugin that gets the seed`() throws {
    var spec = spec()
    (spec.schedule, spec.turnsSeed) = (try Schedule.reading("turns:4:3"), .max)
    let xml = spec.domainXML(link: "/run/r", console: "/run/c", turnsPlugin: "/p,q/zlab-turns.so")
    #expect(try values("/domain/vcpu", in: xml) == ["3"])
    let words = try values("//*[local-name()='commandline']/*/@value", in: xml)
    #expect(words.starts(with: ["-icount", "shift=4,sleep=off"]))
    #expect(words.suffix(2) == ["-plugin", "/p,,q/zlab-turns.so,seed=18446744073709551615,hold=\(spec.turnsHoldPath)"])
    #expect(try values("/domain/cpu/feature[@policy='disable']/@name", in: xml) == ["prno-trng"])
  }

  @Test func `what a slow clock would make fail at boot is left out`() throws {
    var spec = spec()
    for (schedule, isSlow) in [("icount:7", true), ("turns:5", true), ("icount", false), ("turns", false)] {
      spec.schedule = try Schedule.reading(schedule)
      #expect(spec.kernelCommandLine.contains(" initcall_blacklist=jent_mod_init ") == isSlow, "\(schedule)")
    }
  }

  @Test func `memory is a file that is written, or one that stays as it is`() throws {
    var spec = spec()
    spec.memoryFile = .written("/m,1")
    func words(_ isIncoming: Bool) throws -> [String] {
      try values(
        "//*[local-name()='arg']/@value", in: spec.domainXML(link: "/run/r", console: "/run/c", isIncoming: isIncoming))
    }
    #expect(try words(false)[1] == "memory-backend-file,id=zlab.ram,size=256M,mem-path=/m,,1,share=on")
    #expect(try !words(false).contains("-incoming"))
    spec.memoryFile = .copied("/m")
    #expect(try words(true)[1] == "memory-backend-file,id=zlab.ram,size=256M,mem-path=/m,share=off")
    #expect(try words(true).suffix(2) == ["-incoming", "defer"])
  }

  @Test func `a part of a script is the name of a port`() throws {
    let xml = portXML(name: "zlab:start 1 a%20<b>&;go;")
    #expect(try values("/channel/target/@name", in: xml) == ["zlab:start 1 a%20<b>&;go;"])
  }

  @Test(arguments: [
    "", "icount:", "icount:11", "icount:-1", "icount:07", "icount:7:0", "icount:7:17", "icount:7:1:1", "MTTCG",
    "turns:", "turns:11", "turns:3:1", "turns:3:5", "turns:3:2:1",
  ])
  func `what is no schedule is none`(_ text: String) { #expect(Schedule(text) == nil) }

  @Test(arguments: ["mttcg", "icount:0", "icount:10", "icount:7:2", "turns:0:4"])
  func `a schedule is written as it is read`(_ text: String) { #expect(Schedule(text)?.description == text) }

  @Test func `the usual shift is written down, and an old record keeps the one that it meant`() throws {
    #expect(Schedule("icount") == .icount(shift: 3, cpus: 1))
    #expect(Schedule("icount")?.description == "icount:3")
    #expect(Schedule("turns")?.description == "turns:3:2")
    let old = try JSONDecoder().decode([Schedule].self, from: Data(#"["icount", "icount:3", "mttcg"]"#.utf8))
    #expect(old == [.icount(shift: 7, cpus: 1), .icount(shift: 3, cpus: 1), .mttcg])
  }

  @Test func `counted instructions with several vCPUs are refused with what does as they seem to do`() throws {
    #expect(try Schedule.reading("icount:5:1") == .icount(shift: 5, cpus: 1))
    for (asked, instead) in [("icount:3:2", "turns:3:2"), ("icount:7:16", "turns:7:4")] {
      let error = try #require(throws: RequestError.self) { _ = try Schedule.reading(asked) }
      #expect(error.problem.contains("not deterministic") && error.problem.contains(instead))
    }
    let error = try #require(throws: RequestError.self) { _ = try Schedule.reading("turn") }
    #expect(error.problem.hasPrefix("must be mttcg, icount, icount:SHIFT, turns"))
    // A run of an older zlab can be read, and taken up again.
    let old = try JSONDecoder().decode([Schedule].self, from: Data(#"["icount:7:2"]"#.utf8))
    #expect(old == [.icount(shift: 7, cpus: 2)])
  }

  @Test func `an interactive console is a pty with a log`() throws {
    let xml = spec(console: .terminal(log: "/run/log")).domainXML(link: "/run/r", console: "/run/c")
    #expect(try values("/domain/devices/console/@type", in: xml) == ["pty", "unix"])
    #expect(try values("/domain/devices/console/log/@file", in: xml) == ["/run/log"])
  }

  @Test(arguments: ["virtio-rng", "virtio-net", "virtio-blk"])
  func `a function carries its uid, fid and alias`(model: String) throws {
    let function = FunctionSpec(uid: 0x1f, fid: 0xabc, model: try FunctionModel(named: model))
    guard case .libvirt(let xml) = function.attachment(scratch: "/s") else {
      Issue.record("libvirt can plug \(model)")
      return
    }
    #expect(try values("//address/zpci/@uid", in: xml) == ["0x1f"])
    #expect(try values("//address/zpci/@fid", in: xml) == ["0xabc"])
    #expect(try values("//alias/@name", in: xml) == ["ua-fn-abc"])
    #expect(function.slot == "00000abc")
  }
}

@Suite struct FunctionSpecTests {
  @Test func `a model that libvirt cannot plug is a device of QEMU's, with its disk and a serial number`() throws {
    let function = FunctionSpec(uid: 0x1f, fid: 0xffff_ffff, model: try FunctionModel(named: "nvme"))
    #expect(
      function.attachment(scratch: "/s")
        == .monitor(driver: "nvme", ["drive": "zlab-disk-ffffffff", "serial": "ua-fn-ffffffff"]))
    // NVM Express Base Specification, Identify Controller: 20 characters; QEMU: 31 for a block node's name.
    #expect(function.alias.utf8.count <= 20 && function.diskNode.utf8.count <= 31)
    #expect(FunctionModel.allCases.filter { $0.laterDevice != nil } == [.nvme])
  }

  @Test func `a model without MSI-X is refused with the reason`() {
    let error = #expect(throws: RequestError.self) { try FunctionModel(named: "virtio-balloon") }
    #expect(error?.problem.contains("MSI-X") == true)
  }

  @Test func `an unknown model names the known ones`() {
    let error = #expect(throws: RequestError.self) { try FunctionModel(named: "flux-capacitor") }
    #expect(error?.advice == "Use virtio-rng, virtio-net, virtio-blk, nvme.")
  }

  @Test func `clashing functions are refused`() {
    let first = FunctionSpec(uid: 1, fid: 1, model: .rng)
    #expect(throws: RequestError("uid 0x1 is given twice")) {
      try check([first, FunctionSpec(uid: 1, fid: 2, model: .rng)])
    }
    #expect(throws: RequestError("fid 0x1 is given twice")) {
      try check([first, FunctionSpec(uid: 2, fid: 1, model: .rng)])
    }
    #expect(throws: Never.self) { try check([first, FunctionSpec(uid: 1, fid: 2, model: .rng, isPlugged: false)]) }
    #expect(throws: RequestError.self) { try check([FunctionSpec(uid: 0, fid: 1, model: .rng)]) }
    let many = (1...32).map { FunctionSpec(uid: $0, fid: UInt32($0), model: .rng) }
    #expect(throws: RequestError.self) { try check(many) }
  }
}
