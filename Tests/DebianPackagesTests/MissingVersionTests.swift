import FakeArchive
import Foundation
import Model
import Storage
import Testing

@testable import DebianPackages

/// Packages for images from an archive that lacks what it lists.
@Suite struct MissingVersionTests {
  @Test func `another version of a package serves, until the lists are fetched anew`() async throws {
    let fake = try await FakeArchive()
    let root = fake.root.appending(path: "cache")
    let archive = DebianArchive(
      release: "sid", architecture: "s390x", folders: Locations(cache: root, state: root, runtime: root),
      mirror: fake.mirror, keyring: fake.keyring)
    let (new, old) = (try await fake.add("tool", "2.0-1", depends: "lib"), try await fake.add("tool", "1.0-1"))
    let lib = try await fake.add("lib", "1.0-1")
    try await fake.publish("sid", suite: "unstable", codename: "sid", [new, old, lib])
    let bytes = try Data(contentsOf: new.file)
    try FileManager.default.removeItem(at: new.file)
    var talk: [String] = []
    #expect(try await archive.download(["tool", "lib"]) { talk.append($0) }.map(\.version) == ["1.0-1", "1.0-1"])
    let line = "the Debian mirror lists tool 2.0-1 in sid but does not have it; taking tool 1.0-1"
    #expect(talk.filter { $0.contains("does not have") } == [line])
    // The same is chosen, without a further try, as long as the lists are the same.
    #expect(try await archive.candidates(["tool"]).map(\.version) == ["1.0-1"])
    try bytes.write(to: new.file)
    try await archive.refresh(olderThan: 0)
    #expect(try await archive.download(["tool"]).map(\.version) == ["2.0-1"])
    // A package without another version is the mirror's fault, and not forgotten about.
    try FileManager.default.removeItem(at: lib.file)
    try FileManager.default.removeItem(at: archive.pool)
    await #expect(throws: LabError.self) { try await archive.download(["lib"]) }
    await #expect(throws: LabError.self) { try await archive.download(["lib"]) }
    await #expect(throws: RequestError.self) { try await archive.download(["nothing-like-it"]) }
  }

  @Test(arguments: [nil, "", "<html>503 Service Unavailable</html>"])
  func `a Release file that is missing or unreadable is the mirror's fault, and its other name serves`(text: String?)
    async throws
  {
    let fake = try await FakeArchive()
    let root = fake.root.appending(path: "cache")
    func archive(_ release: String) -> DebianArchive {
      DebianArchive(
        release: release, architecture: "s390x", folders: Locations(cache: root, state: root, runtime: root),
        mirror: fake.mirror, keyring: fake.keyring)
    }
    let tool = try await fake.add("tool", "1.0-1")
    for folder in ["trixie", "forky"] {
      try await fake.publish(folder, suite: folder == "trixie" ? "stable" : "testing", codename: folder, [tool])
      let file = fake.root.appending(path: "debian/dists/\(folder)/InRelease")
      if let text { try Data(text.utf8).write(to: file) } else { try FileManager.default.removeItem(at: file) }
    }
    try await fake.publish("stable", suite: "stable", codename: "trixie", [tool])
    var talk: [String] = []
    try await archive("trixie").refresh { talk.append($0) }
    #expect(talk.contains { $0.contains("taking those of stable") }, "\(talk)")
    #expect(try await archive("trixie").candidates(["tool"]).map(\.version) == ["1.0-1"])
    // Without another name, a release that exists is not called a typing error.
    await #expect(throws: LabError.self) { try await archive("forky").refresh() }
    await #expect(throws: RequestError.self) { try await archive("forkey").refresh() }
  }

  @Test func `half of a point release does not hide the one before it`() async throws {
    let fake = try await FakeArchive()
    let root = fake.root.appending(path: "cache")
    let archive = DebianArchive(
      release: "trixie", architecture: "s390x", folders: Locations(cache: root, state: root, runtime: root),
      mirror: fake.mirror, keyring: fake.keyring)
    func release(_ version: String) async throws -> [FakeArchive.Package] {
      [
        try await fake.add("base", version, isEssential: true),
        try await fake.add("editor", version, depends: "editor-common (= \(version))"),
        try await fake.add("editor-common", version),
      ]
    }
    let (new, old) = (try await release("2.0"), try await release("1.0"))
    try await fake.publish("trixie", suite: "stable", codename: "trixie", new)
    try await fake.publish("stable", suite: "stable", codename: "trixie", old)
    // The common part of the new one is there, so that it alone stands in the way.
    try FileManager.default.removeItem(at: new[1].file)
    var talk: [String] = []
    let packages = try await archive.downloadClosure(of: ["editor"]) { talk.append($0) }
    #expect(packages.map { "\($0.name) \($0.version)" } == ["base 1.0", "editor 1.0", "editor-common 1.0"], "\(talk)")
    #expect(talk.contains { $0.hasSuffix("lists editor 2.0 in trixie but does not have it; taking editor 1.0") })
    // Without the older one nothing is left out for good.
    for package in old { try FileManager.default.removeItem(at: package.file) }
    try FileManager.default.removeItem(at: archive.pool)
    try await archive.refresh(olderThan: 0)
    await #expect(throws: LabError.self) { try await archive.downloadClosure(of: ["editor"]) }
    #expect(try await archive.candidates(["editor-common"]).map(\.version) == ["2.0"])
  }
}
