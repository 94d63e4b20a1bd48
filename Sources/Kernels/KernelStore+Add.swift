package import Foundation
import HostTools
package import Model
import Storage

extension KernelStore {
  /// Takes a person's own kernel into the cache.
  /// - Parameters:
  ///   - name: what it shall be called.
  ///   - image: a bzImage or vmlinux for s390x.
  ///   - modules: a folder `lib/modules/RELEASE`, or one that holds `lib/modules/RELEASE`; nil for none.
  ///   - config: its build configuration; nil when unknown.
  /// - Throws: ``RequestError`` when a file is not what it should be, ``LabError`` when the disk refuses.
  package func add(name: String, image: URL, modules: URL?, config: URL?) async throws -> KernelRecord {
    try Self.check(name: name)
    sweepDrafts(under: folders.kernels)
    let known = try KernelImage(file: image).release
    let tree = try modules.map { try moduleTree($0, release: known) }
    let release = known ?? tree?.lastPathComponent ?? "unknown"
    if let config { try checkConfig(config) }
    let id = try await identity(name: name, release: release, files: [image] + [config].compactMap(\.self), tree: tree)
    if let known = try? cacheStore.record(id: id) { return known }
    return try await cacheStore.add(id: id) { draft in
      try await reportingDisk("keep the kernel \(name)") {
        try copy(image, config, tree, release, into: draft)
        try await indexModules(release: release, in: draft)
        try await recordChecksums(of: ["image"], in: draft)
        return KernelRecord(id: id, name: name, release: release, origin: image.path, created: Date())
      }
    }
  }

  private func copy(_ image: URL, _ config: URL?, _ tree: URL?, _ release: String, into draft: URL) throws {
    let files = FileManager.default
    try files.copyItem(at: image.resolvingSymlinksInPath(), to: draft.appending(path: "image"))
    if let config { try files.copyItem(at: config.resolvingSymlinksInPath(), to: draft.appending(path: "config")) }
    guard let tree else { return }
    try files.createDirectory(at: draft.appending(path: "lib/modules"), withIntermediateDirectories: true)
    try files.copyItem(at: tree, to: draft.appending(path: "lib/modules/\(release)"))
  }

  /// Refuses what cannot name a kernel of the user's own.
  /// - Throws: ``RequestError``.
  package static func check(name: String) throws(RequestError) {
    let plain = name.utf8.allSatisfy { byte in
      byte > 0x20 && byte < 0x7f && !"/`'\"\\".utf8.contains(byte)
    }
    guard plain, !name.isEmpty, name.utf8.count <= 80, !name.hasPrefix("-"), !name.hasPrefix(".") else {
      throw RequestError("`\(name)` cannot name a kernel", advice: "Letters, digits and .:_+- are fine, 80 at most.")
    }
    guard name != "latest", !name.hasPrefix("debian:") else {
      throw RequestError("`\(name)` cannot name a kernel of your own: zlab uses it for another", advice: nil)
    }
  }

  private func checkConfig(_ config: URL) throws(RequestError) {
    let text = try? String(contentsOf: config, encoding: .utf8)
    guard let text, text.contains("CONFIG_") else {
      throw RequestError("\(config.path) is no kernel configuration", advice: "A build leaves it in .config.")
    }
  }

  /// The folder `lib/modules/RELEASE` that a person means.
  private func moduleTree(_ folder: URL, release: String?) throws(RequestError) -> URL {
    let files = FileManager.default
    let folder = folder.resolvingSymlinksInPath()
    let nested = ["lib/modules", "usr/lib/modules"].map { folder.appending(path: $0) }
    let inside = nested.flatMap { parent in
      ((try? files.contentsOfDirectory(atPath: parent.path)) ?? []).map { parent.appending(path: $0) }
    }
    let trees = files.fileExists(atPath: folder.appending(path: "kernel").path) ? [folder] : inside
    guard let release else {
      if trees.count == 1, let only = trees.first, KernelImage.isRelease(only.lastPathComponent) { return only }
      throw RequestError("\(folder.path) does not hold the modules of one kernel")
    }
    if let match = trees.first(where: { $0.lastPathComponent == release }) { return match }
    let found = trees.isEmpty ? "no modules at all" : trees.map(\.lastPathComponent).joined(separator: ", ")
    throw RequestError(
      "the kernel is \(release), but \(folder.path) holds \(found)",
      advice: "`make modules_install INSTALL_MOD_PATH=FOLDER` writes what is meant.")
  }

  private func identity(name: String, release: String, files: [URL], tree: URL?) async throws -> String {
    var names = files.map(\.lastPathComponent)
    var all = files
    if let tree {
      let inside = FileManager.default.enumerator(atPath: tree.path)?.compactMap { $0 as? String } ?? []
      for path in inside.sorted() where path.contains(".ko") || path.hasPrefix("modules.builtin") {
        names.append(path)
        all.append(tree.appending(path: path))
      }
    }
    let sums = try await sha256(ofFiles: all)
    let lines = zip(names, sums).map { "\($1) \($0)\n" }.joined()
    return try await sha256(ofText: "zlab.kernel/1\n\(name)\n\(release)\n\(lines)")
  }
}
