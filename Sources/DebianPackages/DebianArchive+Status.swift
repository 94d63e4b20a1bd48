package import Foundation
import HostTools

extension DebianArchive {
  /// Status of a package's file on the mirror.
  package struct FileStatus: Sendable, Hashable {
    package let exists: Bool
    /// Build time of the package; nil when the mirror does not show the file's beginning.
    package let built: Date?
  }

  /// Asks the mirror for the first bytes of the packages' files.
  /// - Returns: nothing when this host has no curl, or for a package whose file the mirror could not be asked about.
  /// - Throws: ``LabError`` without lists.
  package func status(of packages: [DebianPackage]) async throws -> [DebianPackage: FileStatus] {
    let isThere = ["/usr/bin/curl", "/usr/local/bin/curl"].contains(where: FileManager.default.isExecutableFile)
    guard isThere, !packages.isEmpty else { return [:] }
    let addresses = try await withLists { try await self.addresses(of: packages) }
    var known: [DebianPackage: FileStatus] = [:]
    for package in packages {
      guard let address = addresses[package.sha256] else { continue }
      known[package] = try await status(of: address)
    }
    return known
  }

  // Lines such as `'http://.../x.deb' x.deb 1436 SHA256:f07...`, by checksum.
  private func addresses(of packages: [DebianPackage]) async throws -> [String: String] {
    let wanted = packages.map { "\($0.name)=\($0.version)" }
    let print = apt("apt-get", ["download", "--print-uris", "-q", "--"] + wanted, to: "find packages on the mirror")
    var found: [String: String] = [:]
    for line in try await print.run().text.split(separator: "\n") {
      let parts = line.split(separator: "'", maxSplits: 1)
      guard parts.count == 2, let sum = parts[1].split(separator: "SHA256:", maxSplits: 1).last else { continue }
      found[sum.lowercased()] = String(parts[0])
    }
    return found
  }

  // The first bytes of the archive (ar(5)) hold the date of its first member, which is the package's (deb(5)).
  private func status(of address: String) async throws -> FileStatus? {
    if address.hasPrefix("file:") {
      let file = URL(fileURLWithPath: String(address.dropFirst("file:".count)).removingPercentEncoding ?? "")
      guard let head = try? FileHandle(forReadingFrom: file).read(upToCount: Self.headSize) else {
        return FileStatus(exists: false, built: nil)
      }
      return FileStatus(exists: true, built: Self.date(in: Array(head)))
    }
    var ask = apt("curl", ["--silent", "--location", "--max-time", "20"], to: "ask the mirror for a file")
    ask.arguments += [
      "--range", "0-\(Self.headSize - 1)", "--max-filesize", "65536", "--write-out", "%{stderr}%{http_code}",
    ]
    let setting = address.hasPrefix("https:") ? "Acquire::https::Proxy" : "Acquire::http::Proxy"
    let settings = ["dump", "--no-empty", "--format", "%v", setting]
    let proxy = try await apt("apt-config", settings, to: "find the proxy").run().text
    if !proxy.isEmpty, proxy != "DIRECT" { ask.arguments += ["--proxy", proxy] }
    ask.arguments += ["--", address]
    let output = try await ask.result()
    switch output.stderr {
    case "200", "206": return FileStatus(exists: true, built: Self.date(in: output.output))
    case "404", "410": return FileStatus(exists: false, built: nil)
    default: return nil
    }
  }

  private static let headSize = 68

  static func date(in head: [UInt8]) -> Date? {
    guard head.count >= headSize, head.starts(with: Array("!<arch>\ndebian-binary".utf8)) else { return nil }
    let seconds = String(decoding: head[24..<36], as: UTF8.self).trimmingCharacters(in: .whitespaces)
    return TimeInterval(seconds).map { Date(timeIntervalSince1970: $0) }
  }
}
