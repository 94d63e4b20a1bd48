import Foundation
import HostTools
import Model

extension DebianArchive {
  /// The packages and all that they depend on, with what every Debian system has (`Essential: yes`), sorted by name.
  ///
  /// apt itself finds them, without recommendations; nothing is fetched but the lists, when there are none.
  /// - Throws: ``RequestError`` for packages that the release does not have or that cannot be together, ``LabError``.
  package func closure(of names: [String]) async throws -> [DebianPackage] {
    try await withLists { try await closureUnlocked(of: names) }
  }

  func closureUnlocked(of names: [String]) async throws -> [DebianPackage] {
    // A name that is wrong is told apart from dependencies that cannot be met.
    _ = try await candidatesUnlocked(names)
    let arguments = ["install", "-q", "--simulate", "--no-install-recommends", "--", "?essential"] + names
    let plan = try await apt("apt-get", arguments, to: "find what the packages depend on").result()
    guard plan.code == 0 else {
      let words = (plan.text + plan.stderr).split(separator: "\n").suffix(6).joined(separator: "\n  ")
      throw RequestError("the packages cannot be together on one Debian \(release) for \(architecture)\n  \(words)")
    }
    let found = Self.installed(in: plan.text)
    guard !found.isEmpty else { throw LabError("apt does not say what it would install of Debian \(release)") }
    return try await candidatesUnlocked(found)
  }

  /// The names of what `apt-get --simulate` would install, sorted: lines such as `Inst bash (5.2.37-2+b9 Debian:13 [s390x])`.
  static func installed(in plan: String) -> [String] {
    let names = plan.split(separator: "\n").compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard words.count >= 3, words[0] == "Inst", let name = words[1].split(separator: ":").first else { return nil }
      return String(name)
    }
    return Set(names).sorted()
  }
}
