package import Foundation
import HostTools
import Model
import Storage

/// Path of an exported program in a guest.
package let reproducerPath = "/bin/zlab-reproducer"

/// Compiles a C program, and writes an image's initramfs with it to a file.
///
/// The kernel unpacks archives one after the other (Documentation/driver-api/early-userspace/buffer-format.rst).
/// - Parameters:
///   - initramfs: of the image.
///   - folder: gets the source, the program and the new initramfs.
/// - Returns: the new initramfs.
/// - Throws: `LabError` with the compiler's words, or when the disk refuses.
package func addReproducer(_ text: String, to initramfs: URL, in folder: URL) async throws -> URL {
  let (source, program) = (folder.appending(path: "reproducer.c"), folder.appending(path: "reproducer"))
  let result = folder.appending(path: "initramfs")
  try await reportingDisk("write the program to export") { try Data(text.utf8).write(to: source) }
  try await CrossCompiler().compile([source.lastPathComponent], in: folder, to: program)
  try await reportingDisk("write an image with the exported program") {
    var archive = CpioArchive()
    archive.add(reproducerPath, .file([UInt8](try Data(contentsOf: program))), permissions: 0o755)
    try (Data(contentsOf: initramfs) + Data(archive.bytes)).write(to: result)
  }
  return result
}
