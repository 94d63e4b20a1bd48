import HostTools
import PatchMail

/// Hash of a series of patches for KernelCI; nil for none.
///
/// Patches are told apart by what changes the kernel: each counts as `zlab patch show` writes it.
/// - Throws: `LabError` when `sha256sum` is missing.
func patchsetHash(_ all: [PatchSeries]) async throws -> String? {
  let patches = all.flatMap(\.patches)
  guard !patches.isEmpty else { return nil }
  var lines = ""
  for patch in patches { lines += try await sha256(ofText: patch.text) + "\n" }
  return try await sha256(ofText: lines)
}
