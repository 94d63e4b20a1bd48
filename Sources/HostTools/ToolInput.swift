import Foundation
import Model
import SystemPackage

/// Standard input of a tool, as a file without a name.
///
/// Not through a pipe: Subprocess (1.0.2) ends the process when a tool ends before it has read all of it.
/// - Throws: ``LabError`` when the disk refuses.
func toolInput(_ bytes: [UInt8]) throws -> FileDescriptor {
  guard !bytes.isEmpty else { return try .open("/dev/null", .readOnly, options: .closeOnExec) }
  let path = FilePath(NSTemporaryDirectory()).appending("zlab-input-\(UUID().uuidString)")
  do {
    let file: FileDescriptor = try .open(
      path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
    unlink(path.string)
    do {
      try file.writeAll(bytes)
      _ = try file.seek(offset: 0, from: .start)
      return file
    } catch {
      try? file.close()
      throw error
    }
  } catch {
    throw LabError("cannot keep what a tool is to read in \(path): \(error)")
  }
}
