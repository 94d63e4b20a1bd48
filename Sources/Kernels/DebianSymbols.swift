import DebianPackages
package import Foundation
import HostTools
import Model
package import Storage

/// Debug information of Debian's kernels, from the packages `linux-image-RELEASE-dbg`.
///
/// A package has 430 MB and unpacks to 2.7 GB; the cache keeps it with the kernel, and the modules that a trace names.
package struct DebianSymbols: Sendable {
  /// Files that a symbolizer reads.
  package struct Files: Sendable, Hashable {
    package let vmlinux: URL
    /// Folder of the modules that were asked for so far.
    package let modules: URL
  }

  private let folders: Locations
  private let mirror: String?
  private let keyring: String

  /// - Parameters:
  ///   - mirror: the Debian archive's address; nil for the one that the host's own apt uses.
  ///   - keyring: a file with the keys that sign the archive; nil for those of Debian.
  package init(folders: Locations, mirror: String? = nil, keyring: String? = nil) {
    (self.folders, self.mirror, self.keyring) = (folders, mirror, keyring ?? DebianArchive.hostKeyring)
  }

  private var place: URL { folders.cache.appending(path: "symbols") }

  /// What the cache holds.
  package var cacheItems: [CacheItem] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map {
      CacheItem(kind: "symbols", name: $0, place: place.appending(path: $0))
    }
  }

  /// Debug information of a kernel, fetched unless it is in the cache.
  /// - Parameter modules: names, as a trace has them.
  /// - Throws: ``RequestError`` when no release of Debian lists the package or that version of it any more, ``LabError``
  ///   when it cannot be fetched or unpacked, `CancellationError`.
  package func fetch(
    _ kernel: DebianKernelName, modules: Set<String>, progress: (String) -> Void
  ) async throws -> Files {
    if let known = cached(kernel) { return try await add(modules, known, progress) }
    let (archive, package) = try await find(kernel, progress)
    let folder = place.appending(path: "\(kernel.release)_\(package.version.replacing(":", with: "%3a"))")
    progress("fetching \(package.name) \(package.version), \(package.size >> 20) MiB")
    guard try await archive.fetch([package], progress: { _ in }).isEmpty else {
      throw LabError("the mirror does not have the file of \(package.name) \(package.version) that its lists name")
    }
    sweepDrafts(under: place)
    progress("unpacking \(package.name)")
    try await createDirectoryAtomically(folder) { draft in
      try await reportingDisk("keep \(package.name)") {
        try FileManager.default.linkItem(at: package.file, to: draft.appending(path: Self.package))
        try await unpack(Self.vmlinux, of: draft, into: draft)
        try FileManager.default.createDirectory(
          at: draft.appending(path: "modules"), withIntermediateDirectories: true)
      }
      guard let vmlinux = Self.found("vmlinux-", in: draft.appending(path: "unpacked")) else {
        throw LabError("\(package.name) \(package.version) has no vmlinux")
      }
      try FileManager.default.moveItem(at: vmlinux, to: draft.appending(path: "vmlinux"))
      try FileManager.default.removeItem(at: draft.appending(path: "unpacked"))
    }
    try? FileManager.default.removeItem(at: package.file.deletingLastPathComponent())
    return try await add(modules, folder, progress)
  }

  private static let package = "package.deb"
  private static let vmlinux = ["./usr/lib/debug/*vmlinux-*"]

  private func cached(_ kernel: DebianKernelName) -> URL? {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []).sorted()
    let name = names.last { name in
      kernel.version.map { name == "\(kernel.release)_\($0)" } ?? name.hasPrefix("\(kernel.release)_")
    }
    return name.map { place.appending(path: $0) }
  }

  /// The package in the first release that lists it.
  private func find(
    _ kernel: DebianKernelName, _ progress: (String) -> Void
  ) async throws -> (DebianArchive, DebianPackage) {
    var others: [String] = []
    var failures: [LabError] = []
    for suite in kernel.suites {
      let archive = DebianArchive(
        release: suite, architecture: kernel.architecture, folders: folders, mirror: mirror, keyring: keyring)
      // A release that the mirror lacks is no failure as long as there are the lists of another one.
      do { try await archive.refresh(progress: progress) } catch is RequestError { continue } catch let error
        as LabError
      {
        failures.append(error)
        continue
      }
      let found = try await archive.versions(of: [kernel.package])
      if let package = found.first(where: { kernel.version == nil || $0.version == kernel.version }) {
        return (archive, package)
      }
      others += found.map(\.version)
    }
    if failures.count == kernel.suites.count { throw failures[0] }
    let wanted = kernel.version.map { " \($0)" } ?? ""
    throw RequestError(
      "Debian \(kernel.suites.joined(separator: ", ")) lists no \(kernel.package)\(wanted)"
        + (others.isEmpty ? "" : ", only \(others.joined(separator: ", "))"),
      advice: "Debian keeps debug packages of its newest kernels only.")
  }

  /// Unpacks modules that are not there yet; those that the package does not have are left out.
  private func add(_ modules: Set<String>, _ folder: URL, _ progress: (String) -> Void) async throws -> Files {
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: folder.path)
    let files = Files(vmlinux: folder.appending(path: "vmlinux"), modules: folder.appending(path: "modules"))
    let there = Set((try? FileManager.default.contentsOfDirectory(atPath: files.modules.path)) ?? [])
    let wanted = modules.filter { $0.wholeMatch(of: #/[A-Za-z0-9_-]{1,64}/#) != nil && !there.contains($0) }.sorted()
    guard !wanted.isEmpty else { return files }
    progress("unpacking debug information of \(wanted.joined(separator: ", "))")
    let draft = place.appending(path: ".draft-modules-\(UUID().uuidString.prefix(8))")
    defer { try? FileManager.default.removeItem(at: draft) }
    try await reportingDisk("unpack modules") {
      // Files may have dashes where the kernel has underscores.
      let patterns = wanted.map { "*/\($0.replacing("_", with: "[-_]")).ko*" }
      try await unpack(patterns, of: folder, into: draft)
      for module in wanted {
        let plain = module.replacing("-", with: "_")
        // A folder for each, empty where the package has none: it is not looked for again.
        let place = draft.appending(path: "done-\(module)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for file in Self.files(in: draft.appending(path: "unpacked"))
        where file.lastPathComponent.replacing("-", with: "_").hasPrefix(plain + ".ko") {
          try FileManager.default.moveItem(at: file, to: place.appending(path: file.lastPathComponent))
        }
        rename(place.path, files.modules.appending(path: module).path)
      }
    }
    return files
  }

  /// Unpacks files of the package beside `folder/package.deb` into `unpacked`; patterns that nothing matches are no failure.
  private func unpack(_ patterns: [String], of folder: URL, into draft: URL) async throws {
    let target = draft.appending(path: "unpacked")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    let script = #"""
      deb=$1; target=$2; shift 2
      { dpkg-deb --fsys-tarfile "$deb" || echo failed >&3; } |
        tar -x -C "$target" --no-same-owner --no-same-permissions --wildcards -- "$@" 3>&-
      code=$?; [ $code -eq 2 ] || exit $code
      """#
    var tool = HostTool(
      "sh", ["-c", "exec 3>&2; " + script, "sh", folder.appending(path: Self.package).path, target.path] + patterns,
      to: "unpack debug information")
    tool.timeLimit = .seconds(900)
    let output = try await tool.run()
    let words = output.stderr.split(separator: "\n").filter { !$0.contains("Not found in archive") }
    guard let first = words.first(where: { !$0.contains("Exiting with failure status") }) else { return }
    throw LabError(
      "cannot unpack debug information: \(first.prefix(300))", advice: "`zlab cache show` tells what takes room.")
  }

  private static func files(in folder: URL) -> [URL] {
    guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey]) else {
      return []
    }
    return walk.compactMap { $0 as? URL }.filter {
      (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }
  }

  private static func found(_ prefix: String, in folder: URL) -> URL? {
    files(in: folder).first { $0.lastPathComponent.hasPrefix(prefix) }
  }
}
