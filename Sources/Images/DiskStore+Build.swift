import DebianPackages
import Foundation
import HostTools
import Model
import Storage

extension DiskStore {
  /// The disk that a person means, built unless it is in the cache.
  /// - Parameter wish: a recipe's name or folder, or the first digits of a disk's id.
  /// - Throws: ``RequestError`` for a wrong recipe, or one without a disk; ``LabError`` without network, tool or room.
  package func build(_ requested: String, progress: (String) -> Void) async throws -> DiskRecord {
    let made = try await disk(requested, additions: DiskAdditions(), mirror: nil, update: false, progress: progress)
    guard let made else { throw RequestError("the image \(requested) has no disk: it is an initramfs alone") }
    return made
  }

  /// The disk that a person means, built unless it is in the cache; nil for a recipe without one.
  /// - Parameter wish: a recipe's name or folder, or the first digits of a disk's id.
  /// - Throws: ``RequestError`` for a wrong recipe or addition, ``LabError`` without network, tool or disk space.
  func disk(
    _ requested: String, additions: DiskAdditions, mirror: String?, update: Bool, progress: (String) -> Void
  ) async throws -> DiskRecord? {
    let isRecipe = requested.contains("/") || RecipeFolder.names(in: recipes).contains(requested)
    if !isRecipe, let known = try find(id: requested) {
      guard additions.isEmpty else { throw RequestError("nothing can be added to a finished disk, only to a recipe") }
      return known
    }
    let found = try RecipeText(requested, recipes: recipes)
    guard var recipe = try DiskRecipe(yaml: found.text, name: found.name, file: found.file) else {
      guard additions.isEmpty else {
        throw RequestError("the image \(found.name) has no disk that packages and files could be added to")
      }
      return nil
    }
    sweepDrafts(under: folders.cache.appending(path: "disks"))
    for name in additions.packages where !recipe.packages.contains(name) { recipe.packages.append(name) }
    let archive = DebianArchive(release: recipe.release, architecture: "s390x", folders: folders, mirror: mirror)
    if update { try await archive.refresh(progress: progress) }
    let inputs = try await DiskInputs(recipe: recipe, additions: additions, folder: found.folder).lines()
    let id = try await identity(inputs, try await archive.closure(of: recipe.packages))
    if let known = try? cacheStore.record(id: id) { return known }
    return try await build(recipe, additions, found.folder, inputs, archive, progress)
  }

  private func build(
    _ recipe: DiskRecipe, _ additions: DiskAdditions, _ folder: URL, _ inputs: [String], _ archive: DebianArchive,
    _ progress: (String) -> Void
  ) async throws -> DiskRecord {
    let packages = try await archive.downloadClosure(of: recipe.packages, progress: progress)
    // Versions may have moved on meanwhile.
    let id = try await identity(inputs, packages)
    let assembly = DiskAssembly(recipe: recipe, additions: additions, folder: folder, id: id)
    progress("building the disk \(recipe.name) of \(packages.count) packages")
    return try await cacheStore.add(id: id) { draft in
      try await reportingDisk("build the disk \(recipe.name) in \(folders.cache.path)") {
        let file = try await assembly.write(packages, into: draft)
        try await recordChecksums(of: [file.lastPathComponent], in: draft)
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
        return DiskRecord(
          id: id, name: recipe.name, size: size ?? 0, created: Date(), release: recipe.release,
          packages: packages.map { "\($0.name) \($0.version)" }, boot: recipe.boot, modules: recipe.modules)
      }
    }
  }

  // The number goes up when the assembly itself makes other bytes of the same inputs.
  private func identity(_ inputs: [String], _ packages: [DebianPackage]) async throws -> String {
    let lines = ["zlab.disk/1"] + inputs + packages.map { "\($0.sha256) \($0.name) \($0.version)" }
    return try await sha256(ofText: lines.map { $0 + "\n" }.joined())
  }
}

/// Inputs of a disk in addition to its packages.
struct DiskInputs {
  let recipe: DiskRecipe
  let additions: DiskAdditions
  let folder: URL

  /// A line for each, in an order that does not depend on chance.
  func lines() async throws -> [String] {
    let shape = [recipe.name, recipe.release, String(recipe.size)] + recipe.leftOut.sorted()
    var lines = shape.map { "\($0.utf8.count):\($0)" }
    for file in recipe.files {
      let content: String
      switch file.content {
      case .text(let text): content = try await sha256(ofText: text)
      case .copy(let name):
        let source = folder.appending(path: name)
        guard FileManager.default.isReadableFile(atPath: source.path) else {
          throw RequestError("the recipe \(recipe.name) has no file \(name)")
        }
        content = try await sha256(ofFile: source)
      case .link(let target): content = "-> \(target)"
      }
      lines.append("\(file.path) \(String(file.permissions, radix: 8)) \(content)")
    }
    for copy in additions.copies { lines += try await self.lines(of: copy) }
    return lines
  }

  private func lines(of copy: DiskAdditions.Copy) async throws -> [String] {
    if let requested = isGuestPath(copy.destination) {
      throw RequestError("`\(copy.destination)` is no place in a guest: it must be \(requested)")
    }
    let source = URL(fileURLWithPath: copy.source)
    guard let type = type(of: source) else {
      throw RequestError("cannot copy \(copy.source) into a guest: \(String(cString: strerror(errno)))")
    }
    var names = [""]
    if type == .typeDirectory {
      names += try FileManager.default.subpathsOfDirectory(atPath: source.path).sorted().map { "/" + $0 }
    }
    guard names.count <= 100_000 else { throw RequestError("\(copy.source) has too many files for a guest") }
    let files = names.filter { self.type(of: URL(fileURLWithPath: source.path + $0)) == .typeRegular }
    let sums = try await sha256(ofFiles: files.map { URL(fileURLWithPath: source.path + $0) })
    let sumOf = Dictionary(uniqueKeysWithValues: zip(files, sums))
    return names.map { name in
      let path = source.path + name
      let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int ?? 0
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
      let what = sumOf[name] ?? target.map { "-> \($0)" } ?? "folder"
      return "copy \(copy.destination)\(name) \(String(mode, radix: 8)) \(what)"
    }
  }

  private func type(of file: URL) -> FileAttributeType? {
    (try? FileManager.default.attributesOfItem(atPath: file.path))?[.type] as? FileAttributeType
  }
}
