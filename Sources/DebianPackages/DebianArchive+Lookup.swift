import Foundation
import HostTools
import Model

extension DebianArchive {
  /// The names of the packages that begin with `prefix`, sorted.
  /// - Throws: ``RequestError`` or ``LabError``, as ``refresh(olderThan:progress:)`` does.
  package func packageNames(beginningWith prefix: String) async throws -> [String] {
    try await withLists {
      let list = try await apt("apt-cache", ["pkgnames", "--", prefix], to: "list the packages of Debian \(release)")
        .run()
      return list.text.split(separator: "\n").map(String.init).filter(isPackageName).sorted()
    }
  }

  /// The newest version of each package, in the order asked for.
  /// - Throws: ``RequestError`` naming those that the release does not have.
  package func candidates(_ names: [String]) async throws -> [DebianPackage] {
    try await withLists { try await candidatesUnlocked(names) }
  }

  func candidatesUnlocked(_ names: [String]) async throws -> [DebianPackage] {
    if let wrong = names.first(where: { !isPackageName($0) }) {
      throw RequestError("`\(wrong)` is no name of a Debian package")
    }
    let show = apt(
      "apt-cache", ["show", "--no-all-versions", "--"] + names, to: "look up packages of Debian \(release)")
    // It fails when a name is unknown; what it printed tells which.
    let found = DebianPackage.packages(in: try await show.result().text, pool: pool)
    return try names.map { name in
      if let package = found.first(where: { $0.name == name }) { return package }
      throw RequestError("Debian \(release) has no package `\(name)` for \(architecture)")
    }
  }

  /// Every version that the lists have of each package, the newest first; unknown packages are left out.
  /// - Throws: ``LabError`` without lists.
  package func versions(of names: [String]) async throws -> [DebianPackage] {
    try await withLists {
      let names = names.filter { isPackageName($0) }
      guard !names.isEmpty else { return [] }
      let show = apt(
        "apt-cache", ["show", "--all-versions", "--"] + names, to: "look up packages of Debian \(release)")
      let found = DebianPackage.packages(in: try await show.result().text, pool: pool)
      // Several suites may list the same file.
      let unique = Dictionary(found.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first }).values
      return unique.filter { names.contains($0.name) }
        .sorted { (DebianVersion($0.version), $0.name) > (DebianVersion($1.version), $1.name) }
    }
  }

  /// Runs `body` within this root, whose lists are fetched first when there are none.
  func withLists<Result>(_ body: () async throws -> Result) async throws -> Result {
    try await locked {
      try await refreshUnlocked(olderThan: .infinity, progress: { _ in })
      return try await body()
    }
  }
}
