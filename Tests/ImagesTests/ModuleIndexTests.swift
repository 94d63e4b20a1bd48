import Foundation
import Model
import Testing

@testable import Images

@Suite struct ModuleIndexTests {
  private let kernel = KernelRecord(
    id: "0", name: "own", release: "6.1", origin: "a test", created: Date(timeIntervalSince1970: 0))

  private let index = ModuleIndex(
    dependencies: """
      kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/legacy-dev.ko kernel/drivers/virtio/modern_dev.ko.xz
      kernel/drivers/virtio/legacy-dev.ko:
      kernel/drivers/virtio/modern_dev.ko.xz: kernel/lib/base.ko
      kernel/lib/base.ko:
      kernel/a.ko: kernel/b.ko
      kernel/b.ko: kernel/a.ko
      /etc/shadow.ko:
      kernel/../../x.ko:
      garbage
      """,
    builtIn: "kernel/drivers/char/virtio_console.ko\n",
    config: "CONFIG_HW_RANDOM_VIRTIO=y\nCONFIG_LKDTM=m\n# CONFIG_VFIO is not set\nCONFIG_X")

  private func wanted(_ name: String, _ option: String = "CONFIG_NONE", required: Bool = true) -> WantedModule {
    WantedModule(name: name, option: option, isRequired: required)
  }

  @Test func `what a module needs is loaded before it`() {
    #expect(
      index.closure([wanted("virtio_pci")]) == [
        "kernel/lib/base.ko", "kernel/drivers/virtio/modern_dev.ko.xz", "kernel/drivers/virtio/legacy-dev.ko",
        "kernel/drivers/virtio/virtio_pci.ko",
      ])
  }

  @Test func `a module is loaded once, and a circle ends`() {
    #expect(index.closure([wanted("modern_dev"), wanted("base")]).count == 2)
    #expect(index.closure([wanted("a")]) == ["kernel/b.ko", "kernel/a.ko"])
  }

  @Test func `a dash in a file's name is an underscore in the module's`() {
    #expect(index.place(of: wanted("legacy_dev")) == .modules)
  }

  @Test func `built in is told by the list or by the configuration`() {
    #expect(index.place(of: wanted("virtio_console")) == .builtIn)
    #expect(index.place(of: wanted("virtio_rng", "CONFIG_HW_RANDOM_VIRTIO")) == .builtIn)
    #expect(index.closure([wanted("virtio_console")]).isEmpty)
  }

  @Test func `paths that lead out are not modules`() {
    #expect(index.place(of: wanted("shadow")) == .absent)
    #expect(index.place(of: wanted("x")) == .absent)
  }

  @Test func `an optional module that lacks is told and left out`() throws {
    var lacking: [String] = []
    let modules = [wanted("vfio_pci", "CONFIG_VFIO_PCI", required: false), wanted("base")]
    #expect(try index.select(modules, of: kernel) { lacking = $0 } == ["kernel/lib/base.ko"])
    #expect(lacking == ["vfio_pci"])
  }

  @Test func `a required module that lacks names its option`() {
    let error = #expect(throws: RequestError.self) {
      try index.select([wanted("vfio_pci", "CONFIG_VFIO_PCI")], of: kernel) { _ in }
    }
    #expect(error?.problem == "the kernel own lacks vfio_pci: CONFIG_VFIO_PCI is not set")
    let left = #expect(throws: RequestError.self) {
      try index.select([wanted("lkdtm", "CONFIG_LKDTM")], of: kernel) { _ in }
    }
    #expect(left?.problem == "the kernel own has lkdtm as a module (CONFIG_LKDTM=m), but came without it")
  }

  @Test func `a kernel that came alone is taken at its word`() throws {
    let bare = ModuleIndex(dependencies: nil, builtIn: nil, config: nil)
    #expect(bare.place(of: wanted("virtio_pci")) == .unknown)
    #expect(try bare.select([wanted("virtio_pci")], of: kernel) { _ in }.isEmpty)
  }
}
