import Foundation
package import Model

extension DebianArchive {
  /// The newest version of each package that the archive has, as a verified file in the cache.
  ///
  /// A version that is listed and cannot be had is passed over until the lists are fetched anew, and that is said.
  /// - Throws: ``RequestError`` for an unknown package, ``LabError`` when none of its versions can be fetched.
  package func download(_ names: [String], progress: (String) -> Void = { _ in }) async throws -> [DebianPackage] {
    try await withLists { try await download(progress) { try await candidatesUnlocked(names) } }
  }

  /// The packages and all that they depend on, as ``closure(of:)`` has them, as verified files in the cache.
  /// - Throws: as ``closure(of:)`` and ``download(_:progress:)`` do.
  package func downloadClosure(
    of names: [String], progress: (String) -> Void = { _ in }
  ) async throws -> [DebianPackage] {
    try await withLists { try await download(progress) { try await closureUnlocked(of: names) } }
  }

  private func download(
    _ progress: (String) -> Void, _ choose: () async throws -> [DebianPackage]
  ) async throws -> [DebianPackage] {
    var packages = try await choose()
    var missing = try await fetchUnlocked(packages, progress)
    if !missing.isEmpty {
      // The mirror may have replaced a version that older lists name.
      try? await refreshUnlocked(olderThan: 60, progress: progress)
      let newer = try await choose()
      if newer != packages { missing = try await fetchUnlocked(newer, progress) }
      packages = newer
    }
    // Each round excludes a version at least; more rounds than this need a mirror that has next to nothing.
    let lists = try? Data(contentsOf: sourcesList)
    for _ in 0..<8 where !missing.isEmpty {
      guard let others = try await others(than: missing, progress, choose) else { break }
      packages = others
      missing = try await fetchUnlocked(packages, progress)
    }
    guard !missing.isEmpty else { return packages }
    try includeAll()
    try? lists?.write(to: sourcesList, options: .atomic)
    throw unavailable(missing)
  }

  private func others(
    than missing: [DebianPackage], _ progress: (String) -> Void, _ choose: () async throws -> [DebianPackage]
  ) async throws -> [DebianPackage]? {
    try exclude(missing)
    // The lists may name others; then the release's other lists may; then only those, where half of a point release
    // does not fit the other half.
    if let packages = try await chosen(choose, insteadOf: missing, progress) { return packages }
    for list in try await olderLists() {
      try write(list, to: "sources.list")
      if let packages = try await chosen(choose, insteadOf: missing, progress) { return packages }
    }
    return nil
  }

  private func chosen(
    _ choose: () async throws -> [DebianPackage], insteadOf missing: [DebianPackage], _ progress: (String) -> Void
  ) async throws -> [DebianPackage]? {
    do {
      let packages = try await choose()
      progress("\(lacking(missing)); taking \(replacements(of: missing, in: packages))")
      return packages
    } catch is RequestError { return nil }
  }

  private func replacements(of missing: [DebianPackage], in packages: [DebianPackage]) -> String {
    let names = Set(missing.map(\.name))
    let others = packages.filter { names.contains($0.name) }.map { "\($0.name) \($0.version)" }
    return others.isEmpty ? "others" : others.prefix(3).joined(separator: ", ") + (others.count > 3 ? ", ..." : "")
  }

  /// One sentence on versions that are listed and cannot be had, without a final stop.
  package func lacking(_ missing: [DebianPackage]) -> String {
    let names = missing.prefix(3).map { "\($0.name) \($0.version)" }.joined(separator: ", ")
    let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
    return
      "the Debian mirror lists \(names)\(more) in \(release) but does not have \(missing.count == 1 ? "it" : "them")"
  }

  /// Error for versions that are listed but not available, nor anything in their place.
  package func unavailable(_ missing: [DebianPackage]) -> LabError {
    LabError(
      "cannot fetch packages: \(lacking(missing)), nor another version",
      advice: "Try again later, or name another mirror with --mirror.")
  }
}

// Versions that the mirror lists and does not have; apt passes over them when it chooses, see apt_preferences(5).
extension DebianArchive {
  private var exclusions: URL { root.appending(path: "etc/preferences.d/unavailable.pref") }

  private func exclude(_ packages: [DebianPackage]) throws {
    var text = (try? String(contentsOf: exclusions, encoding: .utf8)) ?? ""
    for package in packages {
      text += "Package: \(package.name)\nPin: version \(package.version)\nPin-Priority: -1\n\n"
    }
    try write(text, to: "etc/preferences.d/unavailable.pref")
  }

  /// Forgets which versions could not be had.
  func includeAll() throws {
    for file in [exclusions, missingList] where unlink(file.path) != 0 && errno != ENOENT {
      throw LabError("cannot remove \(file.path): \(String(cString: strerror(errno)))")
    }
  }

  // When a file was asked for in vain, in seconds since 1970, and its checksum: a line each.
  private var missingList: URL { root.appending(path: "missing") }

  /// The checksums of files that the mirror did not have less than an hour ago, by the lists at hand.
  func recentlyMissing() -> Set<String> {
    let text = (try? String(contentsOf: missingList, encoding: .utf8)) ?? ""
    let now = Date().timeIntervalSince1970
    let sums = text.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard words.count == 2, let time = Double(words[0]), abs(now - time) < 3600 else { return nil }
      return String(words[1])
    }
    return Set(sums)
  }

  /// True if the mirror lacked any of the packages less than an hour ago.
  package func wasMissing(_ packages: [DebianPackage]) -> Bool {
    let recent = recentlyMissing()
    return packages.contains { recent.contains($0.sha256) }
  }

  func rememberMissing(_ packages: [DebianPackage]) throws {
    guard !packages.isEmpty else { return }
    let known = (try? String(contentsOf: missingList, encoding: .utf8)) ?? ""
    let now = Int(Date().timeIntervalSince1970)
    try write(known + packages.map { "\(now) \($0.sha256)\n" }.joined(), to: "missing")
  }
}
