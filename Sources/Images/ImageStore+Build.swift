import DebianPackages
import Foundation
import HostTools
import Kernels
package import Model
import Storage

extension ImageStore {
  /// The image that a recipe makes for a kernel, built unless it is in the cache.
  ///
  /// The Debian packages are those of the lists at hand, so that the same day's work uses the same image; lists are
  /// fetched when there are none, or with `update`.
  /// - Parameters:
  ///   - recipe: the name of a bundled recipe, a folder's path with a slash in it, or the first digits of a disk's id.
  ///   - kernel: whose modules the image gets.
  ///   - additions: what goes onto the disk beside the recipe's packages and files.
  ///   - mirror: the Debian archive's address; nil for the one that the host's own apt uses.
  ///   - update: look for newer packages first.
  /// - Throws: ``RequestError`` for a wrong recipe or a kernel that lacks what it needs, ``LabError`` without network,
  ///   compiler or disk space.
  package func build(
    recipe: String, kernel: KernelRecord, additions: DiskAdditions = DiskAdditions(), mirror: String? = nil,
    update: Bool = false, progress: (String) -> Void = { _ in }
  ) async throws -> ImageRecord {
    sweepDrafts(under: folders.images)
    let disk = try await DiskStore(folders: folders, recipes: recipes)
      .disk(recipe, additions: additions, mirror: mirror, update: update, progress: progress)
    var source = try RecipeFolder(disk?.boot ?? recipe, recipes: recipes)
    if let disk {
      source.recipe.name = disk.name
      source.recipe.modules += disk.modules
    }
    let archive = DebianArchive(
      release: source.recipe.release, architecture: "s390x", folders: folders, mirror: mirror)
    if update { try await archive.refresh(progress: progress) }
    let id = try await identity(
      of: source, packages: try await archive.candidates(source.recipe.packages), kernel, disk)
    if let known = try? cacheStore.record(id: id) { return known }
    let packages = try await archive.download(source.recipe.packages, progress: progress)
    // Versions may have moved on between the two.
    let final = try await identity(of: source, packages: packages, kernel, disk)
    let kernels = KernelStore(folders: folders)
    try await kernels.verifyModules(kernel)
    let assembly = ImageAssembly(source: source, kernel: kernel, kernels: kernels)
    progress("building the image \(source.recipe.name) for \(kernel.name)")
    return try await cacheStore.add(id: final) { draft in
      try await reportingDisk("build the image \(source.recipe.name) in \(folders.images.path)") {
        let bytes = try await assembly.bytes(of: packages, archive: archive, draft: draft, progress: progress)
        try Data(bytes).write(to: draft.appending(path: "initramfs"))
        try await recordChecksums(of: ["initramfs"], in: draft)
        return ImageRecord(
          id: final, name: source.recipe.name, kernel: kernel.id, size: bytes.count, created: Date(),
          disk: disk?.id)
      }
    }
  }

  private func identity(
    of source: RecipeFolder, packages: [DebianPackage], _ kernel: KernelRecord, _ disk: DiskRecord?
  ) async throws -> String {
    // The number goes up when the assembly itself makes other bytes of the same inputs.
    var lines = ["zlab.image/1", source.recipe.name, kernel.id, try await CrossCompiler().fingerprint()]
    let sums = try await sha256(ofFiles: source.inputs)
    lines += zip(source.inputs, sums).map { "\($1) \($0.lastPathComponent)" }
    if let disk { lines.append("disk \(disk.id)") }
    lines += packages.map { "\($0.sha256) \($0.name) \($0.version)" }
    return try await sha256(ofText: lines.map { $0 + "\n" }.joined())
  }
}
