package import Foundation
import HostTools
import Model

/// A Debian archive below a temporary folder, signed with a key of its own, for tests without network.
package final class FakeArchive: Sendable {
  package let root: URL
  /// Value for `--mirror`.
  package var mirror: String { "file:\(root.path)/debian" }
  /// The public key that signs the suites.
  package var keyring: String { root.appending(path: "keyring.gpg").path }
  // Short, since the agent's socket lies there.
  private var keys: URL { root.appending(path: "k") }

  /// One version of one package: a `.deb` in the pool and what the lists say about it.
  package struct Package: Sendable, Hashable {
    package let name: String
    package let version: String
    package let file: URL
    fileprivate let stanza: String
  }

  package init() async throws {
    root = FileManager.default.temporaryDirectory.appending(path: "za-\(UUID().uuidString.prefix(8))")
    try make(keys)
    chmod(keys.path, 0o700)
    let key = ["--quick-generate-key", "A test <test@example.org>", "ed25519", "sign", "never"]
    try await gpg(["--passphrase", ""] + key).run()
    try Data(try await gpg(["--export"]).run().output).write(to: URL(fileURLWithPath: keyring))
  }

  deinit {
    // gpg leaves an agent behind, which ends when its folder is gone.
    try? FileManager.default.removeItem(at: root)
  }

  /// Builds a package with these files, by their paths without a leading slash.
  package func add(
    _ name: String, _ version: String, files: [String: [UInt8]] = [:], depends: String? = nil, isEssential: Bool = false
  ) async throws -> Package {
    let tree = root.appending(path: "build-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: tree) }
    for (path, bytes) in files { try write(bytes, to: tree.appending(path: path)) }
    var control = "Package: \(name)\nVersion: \(version)\nArchitecture: s390x\nMaintainer: A test <test@example.org>\n"
    if isEssential { control += "Essential: yes\n" }
    if let depends { control += "Depends: \(depends)\n" }
    try write(Array((control + "Description: a test\n").utf8), to: tree.appending(path: "DEBIAN/control"))
    let path = "pool/\(name)_\(version).deb"
    let file = root.appending(path: "debian/\(path)")
    try make(file.deletingLastPathComponent())
    try await HostTool("dpkg-deb", ["--build", "--root-owner-group", tree.path, file.path], to: "build a package").run()
    let sum = try await checksum(file)
    let size = try Data(contentsOf: file).count
    return Package(
      name: name, version: version, file: file,
      stanza: control + "Filename: \(path)\nSize: \(size)\nSHA256: \(sum)\nDescription: a test\n")
  }

  /// Writes and signs the lists of a suite.
  package func publish(
    _ folder: String, suite: String, codename: String, date: Date = Date(), validUntil: Date? = nil,
    _ packages: [Package]
  ) async throws {
    let place = root.appending(path: "debian/dists/\(folder)")
    let list = place.appending(path: "main/binary-s390x/Packages")
    let text = packages.map { $0.stanza + "\n" }.joined()
    try write(Array(text.utf8), to: list)
    var release = "Origin: Debian\nLabel: Debian\nSuite: \(suite)\nCodename: \(codename)\nDate: \(field(date))\n"
    if let validUntil { release += "Valid-Until: \(field(validUntil))\n" }
    release += "Architectures: s390x\nComponents: main\nSHA256:\n"
    release += " \(try await checksum(list)) \(text.utf8.count) main/binary-s390x/Packages\n"
    let plain = root.appending(path: "Release")
    try write(Array(release.utf8), to: plain)
    let signed = place.appending(path: "InRelease").path
    try? FileManager.default.removeItem(atPath: signed)
    try await gpg(["--clearsign", "--output", signed, plain.path]).run()
  }

  /// Adds to a suite's list what its signature does not cover, as a mirror between two states has it.
  package func putOutOfStep(_ folder: String) throws {
    let list = root.appending(path: "debian/dists/\(folder)/main/binary-s390x/Packages")
    try write(Array(try Data(contentsOf: list)) + Array("\n".utf8), to: list)
  }

  private func gpg(_ arguments: [String]) -> HostTool {
    var tool = HostTool("gpg", ["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"] + arguments, to: "sign")
    tool.environment["GNUPGHOME"] = keys.path
    return tool
  }

  private func checksum(_ file: URL) async throws -> String {
    String(try await HostTool("sha256sum", [file.path], to: "compute a checksum").run().text.prefix(64))
  }

  private func field(_ date: Date) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'UTC'"
    return format.string(from: date)
  }

  private func write(_ bytes: [UInt8], to file: URL) throws {
    try make(file.deletingLastPathComponent())
    try Data(bytes).write(to: file)
  }

  private func make(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }
}
