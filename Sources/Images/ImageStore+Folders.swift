import Kernels
package import Model

extension ImageStore {
  /// Archive that a kernel unpacks over the initramfs in front of it, so that the guest's init mounts folders of the host.
  /// - Parameter list: the folders, as `SharedFolder.list` has them.
  /// - Throws: ``RequestError`` for a kernel without 9p, ``LabError`` when its modules cannot be read.
  package func archive(mounting list: String, for kernel: KernelRecord) async throws -> [UInt8] {
    let kernels = KernelStore(folders: folders)
    try await kernels.verifyModules(kernel)
    let wanted = [
      WantedModule(name: "9p", option: "CONFIG_9P_FS", isRequired: true),
      WantedModule(name: "9pnet_virtio", option: "CONFIG_NET_9P_VIRTIO", isRequired: true),
    ]
    var cpio = CpioArchive()
    try await KernelModules(kernel: kernel, kernels: kernels)
      .add(wanted, list: "/etc/modules.folders", to: &cpio, progress: { _ in })
    cpio.add("/etc/folders", .file(Array(list.utf8)))
    return cpio.bytes
  }
}
