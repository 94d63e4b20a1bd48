import Foundation
import HostTools
import Kernels
import Model

/// Modules of one kernel, as files of an initramfs.
struct KernelModules {
  let kernel: KernelRecord
  let kernels: KernelStore

  /// Adds wanted modules with all that they need.
  /// - Parameter list: path of a file in the guest that gets their paths, in the order in which they are to be loaded.
  /// - Throws: ``RequestError`` naming the option of a required one that the kernel lacks.
  func add(
    _ wanted: [WantedModule], list: String, to cpio: inout CpioArchive, progress: (String) -> Void
  ) async throws {
    let folder = kernels.modules(of: kernel)
    func text(_ file: URL?) -> String? { file.flatMap { try? String(contentsOf: $0, encoding: .utf8) } }
    let index = ModuleIndex(
      dependencies: text(folder?.appending(path: "modules.dep")),
      builtIn: text(folder?.appending(path: "modules.builtin")), config: text(kernels.config(of: kernel)))
    if folder == nil, kernels.config(of: kernel) == nil {
      progress("the kernel \(kernel.name) came without modules and configuration; taking its drivers to be built in")
    }
    let paths = try index.select(wanted, of: kernel) { lacking in
      progress("the kernel \(kernel.name) has no \(lacking.joined(separator: ", ")); going on without")
    }
    var order = ""
    for path in paths {
      guard let folder else { break }
      let destination = "/lib/modules/\(ModuleIndex.name(path[...])).ko"
      cpio.add(destination, .file(try await module(folder.appending(path: path))))
      order += destination + "\n"
    }
    cpio.add(list, .file(Array(order.utf8)))
  }

  // finit_module(2) takes compressed files only from kernels built to unpack them.
  private func module(_ file: URL) async throws -> [UInt8] {
    let tool: String
    switch file.pathExtension {
    case "xz": tool = "xz"
    case "zst": tool = "zstd"
    case "gz": tool = "gzip"
    default: return try readForImage(file)
    }
    var unpack = HostTool(tool, ["-dc", "--", file.path], to: "unpack the module \(file.lastPathComponent)")
    unpack.outputLimit = largestFileOfImage
    return try await unpack.run().output
  }
}

// In bytes; more cannot be what a small guest needs.
private let largestFileOfImage = 64 << 20

/// A file that goes into an image.
/// - Throws: ``LabError`` when it is larger than anything that a small guest needs.
func readForImage(_ file: URL) throws -> [UInt8] {
  let data = try Data(contentsOf: file)
  guard data.count <= largestFileOfImage else {
    throw LabError(
      "cannot put \(file.path) into an image: it has \(data.count) bytes, more than \(largestFileOfImage)")
  }
  return Array(data)
}
