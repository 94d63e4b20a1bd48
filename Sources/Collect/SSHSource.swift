import Foundation
import HostTools
package import Model

/// Kernel messages of another machine, over ssh(1): its journal where it may be read, else the ring buffer.
package struct SSHSource: Sendable {
  /// As ssh(1) takes it.
  package var host: String
  /// Configuration of ssh(1); nil for the user's.
  package var configuration: String?
  package var timeLimit: Duration = .seconds(60)

  /// - Throws: `RequestError` for a name that ssh(1) would take for an option.
  package init(_ host: String) throws(RequestError) {
    guard !host.isEmpty, !host.hasPrefix("-"), host.allSatisfy({ !$0.isWhitespace && $0.isASCII }) else {
      throw RequestError("'\(host)' is no name of a host for ssh")
    }
    self.host = host
  }

  package var source: String { "ssh:" + host }

  /// Name under which sightings are kept: without the user.
  private var name: String { host.split(separator: "@").last.map(String.init) ?? host }

  private static let mark = "zlab-collect"

  /// Reads what has come since a position.
  /// - Throws: `LabError` when the machine cannot be reached, takes too long or sends too much; `CancellationError`.
  package func read(from position: String?) async throws -> SourceResult {
    let after = position.flatMap { $0.hasPrefix("s=") ? "--after-cursor='\($0.filter { $0 != "'" })'" : nil } ?? ""
    let script = """
      echo \(Self.mark) "$(cat /proc/sys/kernel/random/boot_id)" "$(uname -r)" "$(date +%s)" "$(cut -d' ' -f1 /proc/uptime)"
      if journalctl -n 1 -o cat _TRANSPORT=kernel 2>/dev/null | grep -q .
      then journalctl -o json --no-pager --quiet -n 50000 \(after) _TRANSPORT=kernel
      else dmesg --json 2>/dev/null || dmesg
      fi
      """
    var words = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5"]
    words += ["-o", "ServerAliveCountMax=3"] + (configuration.map { ["-F", $0] } ?? [])
    var tool = HostTool("ssh", words + ["--", host, script], to: "read the kernel's log of \(host)")
    tool.timeLimit = timeLimit
    tool.outputLimit = 64 << 20
    for name in ["SSH_AUTH_SOCK", "USER", "LOGNAME"] {
      tool.environment[name] = ProcessInfo.processInfo.environment[name]
    }
    let output = try await tool.result()
    guard output.code == 0 || output.text.contains(Self.mark) else {
      let words = output.stderr.split(separator: "\n").last.map { String($0.prefix(300)) } ?? "code \(output.code)"
      throw LabError("cannot read the kernel's log of \(host): \(words)")
    }
    return try parse(output.text, after: position)
  }

  /// - Throws: `LabError` when the first line is not the script's.
  func parse(_ text: String, after position: String?, now: Date = Date()) throws(LabError) -> SourceResult {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // A login script may print something first.
    guard let start = lines.prefix(200).firstIndex(where: { $0.hasPrefix(Self.mark + " ") }) else {
      throw LabError("cannot read the kernel's log of \(host): what it answered is not zlab's script")
    }
    let words = lines[start].split(separator: " ")
    let boot = words.count > 1 ? String(words[1].filter { $0 != "-" }.prefix(32)) : ""
    var context = LogContext(origin: source, time: now)
    (context.host, context.boot) = (name, boot)
    if words.count > 2 { context.kernel = String(words[2].prefix(128)) }
    if words.count > 4, let clock = Double(words[3]), let uptime = Double(words[4]) {
      context.bootTime = Date(timeIntervalSince1970: clock - uptime)
    }
    var result = SourceResult(source)
    result.bytes = text.utf8.count
    let rest = lines[(start + 1)...]
    let ring = rest.first?.first == "{" ? RecordReading.ring(Data(rest.joined(separator: "\n").utf8), boot: boot) : nil
    let journal = ring == nil ? rest.compactMap { RecordReading.journal($0) } : []
    if let ring {
      let done = position.flatMap { $0.hasPrefix(boot + " ") ? Int64($0.dropFirst(boot.count + 1)) : nil } ?? -1
      let batch = RecordBatch(ring.filter { $0.micros > done }, context)
      result.sightings = batch.sightings
      result.position = batch.cursor.map { SourcePosition(source: source, position: $0) }
    } else if !journal.isEmpty || rest.allSatisfy(\.isEmpty) {
      context.bootTime = nil
      let batch = RecordBatch(journal, context)
      result.sightings = batch.sightings
      result.position = batch.cursor.map { SourcePosition(source: source, position: $0) }
    } else {
      // A dmesg(1) without JSON: the keys of the reports keep them from counting twice.
      let scanner = ReportScanner(context)
      scanner.feed(text: rest.joined(separator: "\n"))
      scanner.finish()
      result.sightings = scanner.takeSightings()
    }
    return result
  }
}
