import Foundation
import Model
import Storage
import Testing

@testable import DebianPackages

@Suite struct DebianArchiveTests {
  private func archive(_ release: String, mirror: String? = nil) -> DebianArchive {
    let nowhere = URL(fileURLWithPath: "/nonexistent/zlab")
    let folders = Locations(cache: nowhere, state: nowhere, runtime: nowhere)
    return DebianArchive(release: release, architecture: "s390x", folders: folders, mirror: mirror)
  }

  @Test func `the sources are the release, its updates and its security archive, each signed`() {
    let mirror = DebianMirror(archive: "http://one.example/debian", security: nil)
    let sources = archive("trixie").sources(of: mirror)
    #expect(sources.map(\.suite) == ["trixie", "trixie-updates", "trixie-security"])
    #expect(sources.last?.site == "http://one.example/debian-security")
    #expect(
      sources.last?.line(architecture: "s390x", keyring: "/k.gpg")
        == "deb [arch=s390x signed-by=/k.gpg] http://one.example/debian-security trixie-security main\n")
    // Only what was asked for by name may have expired.
    #expect(sources.map(\.mayBeExpired) == [true, false, false])
  }

  @Test(arguments: ["sid", "experimental", "trixie-backports", "bookworm-updates", "stable-proposed-updates"])
  func `a suite that adds to a release stands alone`(suite: String) {
    let mirror = DebianMirror(archive: "http://one.example/debian", security: nil)
    let source = DebianSource(site: "http://one.example/debian", suite: suite, mayBeExpired: true)
    #expect(archive(suite).sources(of: mirror) == [source])
    #expect(archive("trixie-security").sources(of: mirror).map(\.site) == ["http://one.example/debian-security"])
  }

  @Test func `the host's proxy is taken over, what weakens signatures is not`() {
    let dump = """
      Acquire::AllowInsecureRepositories "true";
      Acquire::http::Proxy "http://proxy.example:3128";
      Acquire::http::Bad "a"; APT::Get::AllowUnauthenticated "true";
      Acquire::Languages:: "none";
      APT::Update::Post-Invoke:: "rm -rf /";
      """
    #expect(DebianArchive.networkLines(in: dump) == ["Acquire::http::Proxy \"http://proxy.example:3128\";"])
  }

  @Test(arguments: ["", "Book worm", "../etc", "-o", "book\nworm"])
  func `a wrong release is refused before anything is written`(release: String) async {
    await #expect(throws: RequestError.self) { try await archive(release).refresh() }
  }

  @Test func `a wrong mirror is refused`() async {
    await #expect(throws: RequestError.self) { try await archive("bookworm", mirror: "x y").refresh() }
  }

  @Test func `a cache that cannot be written is the lab's fault`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "zlab-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let folders = Locations(cache: file, state: file, runtime: file)
    let archive = DebianArchive(release: "bookworm", architecture: "s390x", folders: folders, mirror: nil)
    await #expect(throws: LabError.self) { try await archive.refresh() }
  }
}

// These ask the mirror of the host's apt; what they fetch stays in the user's cache.
@Suite(.serialized) struct DebianPackagesFromTheArchive {
  private let archive = DebianArchive(
    release: "bookworm", architecture: "s390x", folders: Locations(environment: ProcessInfo.processInfo.environment),
    mirror: nil)

  @Test func `a package is fetched, verified and unpacked`() async throws {
    let package = try #require(try await archive.download(["liburing2"]).first)
    #expect(package.architecture == "s390x")
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await archive.unpack(package, into: folder)
    #expect(FileManager.default.fileExists(atPath: folder.appending(path: "usr/lib/s390x-linux-gnu").path))
  }

  @Test func `lists that came by a link are there when the link is gone`() async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "zlab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: home) }
    let (place, link) = (home.appending(path: "place"), home.appending(path: "link"))
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: place)
    for cache in [link, place] {
      let folders = Locations(cache: cache, state: home, runtime: home)
      try FileManager.default.createDirectory(at: folders.packages, withIntermediateDirectories: true)
      let archive = DebianArchive(release: "bookworm", architecture: "s390x", folders: folders, mirror: nil)
      #expect(try await archive.candidates(["liburing2"]).count == 1)
      try? FileManager.default.removeItem(at: link)
    }
    // Nor are they lost to a mirror that is none.
    let folders = Locations(cache: place, state: home, runtime: home)
    func archive(_ mirror: String?) -> DebianArchive {
      DebianArchive(release: "bookworm", architecture: "s390x", folders: folders, mirror: mirror)
    }
    await #expect(throws: LabError.self) { try await archive("http://127.0.0.1:9/debian").refresh() }
    #expect(try await archive(nil).candidates(["liburing2"]).count == 1)
  }

  @Test func `an unknown package is named`() async {
    let error = await #expect(throws: RequestError.self) {
      try await archive.candidates(["liburing2", "no-such-package-at-all"])
    }
    #expect(error?.problem == "Debian bookworm has no package `no-such-package-at-all` for s390x")
  }

  @Test func `an unknown release is the user's mistake and leaves no lists`() async {
    let folders = Locations(environment: ProcessInfo.processInfo.environment)
    let archive = DebianArchive(release: "nosuchrelease", architecture: "s390x", folders: folders, mirror: nil)
    await #expect(throws: RequestError.self) { try await archive.refresh() }
    #expect(!FileManager.default.fileExists(atPath: archive.root.path))
  }
}
