import FakeArchive
import Folders
import Foundation
import Records
import Testing

@testable import DebianPackages

/// Packages for images from an archive that lacks what it lists.
@Suite struct MissingVersionTests {
  @Test func `another version of a package serves, until the lists are fetched anew`() async throws {
    let fake = try await FakeArchive()
    let root = fake.root.appending(path: "cache")
    let archive = DebianArchive(
      release: "sid", architecture: "s390x", folders: Folders(cache: root, state: root, runtime: root),
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
}
