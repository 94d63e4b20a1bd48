import Foundation
import HostTools
import Model
import Storage

extension DebianArchive {
  /// Location of the archive's keys on Debian systems (package debian-archive-keyring).
  package static let hostKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

  /// apt's configuration: everything under ``root``, and nothing of the host's but how it reaches the network.
  func configuration(hostLines: [String]) -> String {
    let root = root.path
    return """
      Dir "\(root)/";
      Dir::State "\(root)";
      Dir::State::lists "\(root)/lists";
      Dir::State::status "\(root)/status";
      Dir::Cache "\(root)/cache";
      Dir::Log "\(root)";
      Dir::Etc "\(root)/etc";
      Dir::Etc::sourcelist "\(root)/sources.list";
      Dir::Etc::sourceparts "/dev/null";
      Dir::Etc::main "/dev/null";
      Dir::Etc::parts "/dev/null";
      Dir::Etc::trusted "/dev/null";
      Dir::Etc::trustedparts "/dev/null";
      Dir::Etc::netrc "/etc/apt/auth.conf";
      Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
      APT::Architecture "\(architecture)";
      APT::Architectures { "\(architecture)"; };
      // The user _apt cannot reach a cache below a home directory.
      APT::Sandbox::User "root";
      // A release changes its suite when it becomes stable, and again when it becomes oldstable.
      Acquire::AllowReleaseInfoChange "true";
      Acquire::Languages "none";
      Acquire::Retries "2";
      Acquire::http::Timeout "20";
      Acquire::https::Timeout "20";
      \(hostLines.joined(separator: "\n"))

      """
  }

  /// Writes sources and configuration.
  func writeRoot(_ sources: [DebianSource]) async throws {
    guard FileManager.default.isReadableFile(atPath: keyring) else {
      throw LabError(
        "cannot check the signatures of Debian \(release): \(keyring) is missing",
        advice: "`apt-get install debian-archive-keyring` brings it.")
    }
    try write(configuration(hostLines: try await hostLines()), to: "apt.conf")
    try write(sources, to: "sources.list")
    try write("", to: "status")
  }

  func write(_ sources: [DebianSource], to name: String) throws(LabError) {
    try write(sources.map { $0.line(architecture: architecture, keyring: keyring) }.joined(), to: name)
  }

  func write(_ text: String, to name: String) throws(LabError) {
    let file = root.appending(path: name)
    do {
      try Data(text.utf8).write(to: file)
    } catch {
      throw LabError("cannot write \(file.path): \(reason(error))", advice: "Set ZLAB_HOME to move the cache.")
    }
  }

  /// Network configuration of the host's apt, as lines of apt's configuration.
  private func hostLines() async throws -> [String] {
    let dump = HostTool(
      "apt-config", ["dump", "--no-empty", "--format", "%f \"%v\";%n"], to: "read the host's apt configuration")
    return Self.networkLines(in: try await dump.run().text)
  }

  /// Keeps proxies, certificates and what the host has decided about a mirror's dates; never what weakens signatures.
  static func networkLines(in dump: String) -> [String] {
    let wanted =
      ["Acquire::http::", "Acquire::https::", "Acquire::ForceIPv4 ", "Acquire::ForceIPv6 "]
      + ["Acquire::Check-Valid-Until ", "Acquire::Check-Date "]
    return dump.split(separator: "\n").map(String.init).filter { line in
      wanted.contains { line.hasPrefix($0) } && line.hasSuffix("\";") && line.count { $0 == "\"" } == 2
    }
  }

  /// A call of one of apt's tools within this root.
  func apt(_ executable: String, _ arguments: [String], to purpose: String) -> HostTool {
    var tool = HostTool(executable, arguments, to: purpose)
    tool.environment["APT_CONFIG"] = root.appending(path: "apt.conf").path
    let host = ProcessInfo.processInfo.environment
    for name in ["http_proxy", "https_proxy", "no_proxy", "all_proxy"] {
      if let value = host[name] { tool.environment[name] = value }
    }
    tool.timeLimit = .seconds(900)
    return tool
  }
}
