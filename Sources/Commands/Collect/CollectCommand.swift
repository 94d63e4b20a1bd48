import ArgumentParser
import Collect
import Foundation
import Model
import Reports
import ResultStore

struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Collect kernel reports from logs, journals and other machines into the database, each once.",
    discussion: """
      Sources are files and folders in any form that `zlab dmesg` reads, KCIDB JSON, the journal, pstore, kdump, machines \
      over ssh, and netconsole. The same report in two copies of a log is one sighting. `zlab signature list` shows what \
      was collected; see docs/collect.md.

        zlab collect /var/log/consoles
        zlab collect --journal --pstore
        zlab collect --ssh lpar1 --ssh lpar2
        zlab collect --listen udp:6666
        zlab collect install --every 15min -- --ssh lpar1
      """,
    subcommands: [CollectRunCommand.self, CollectInstallCommand.self], defaultSubcommand: CollectRunCommand.self)
}

struct CollectRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Collect kernel reports (the default).",
    discussion: """
      Exit status: 0 if nothing is new, 1 if a signature is new, 2 if a source could not be read, 69 if none could.

        zlab collect run logs/ mail/archive.mbox
        ssh lpar1 dmesg | zlab collect --host lpar1 -
        zlab collect --journal --since yesterday
        zlab collect --kdump /var/crash --format json | jq .new
      """)

  @Argument(
    help: ArgumentHelp("Log, folder, mailbox or maildir; '-' is stdin", valueName: "source"), completion: .file())
  var sources: [String] = []

  @OptionGroup(title: "Other sources") var other: CollectSourceOptions

  @Option(help: ArgumentHelp("Host of all files (default: the folder below the named one)", valueName: "name"))
  var host: String?

  @Flag(help: "Read files again that have not changed since they were collected")
  var again = false

  @Flag(
    help: "Add source lines to the traces of new signatures of Debian's kernels, as `zlab signature symbolize` does")
  var symbols = false

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Progress") var progress: ProgressOptions

  func validate() throws {
    guard !sources.isEmpty || other.hasAny else {
      throw ValidationError("Name a log, a folder, or --journal, --pstore, --kdump, --ssh or --listen.")
    }
    if other.since != nil || other.follow, !other.journal {
      throw ValidationError("--since and --follow require --journal.")
    }
  }

  func run() async throws {
    let store = try ResultStore(userLocations)
    let hosts = try other.ssh.map { try other.source($0) }
    let files = try LogFile.find(sources.filter { $0 != "-" }, host: host) + stdin + other.files(host: host)
    let collector = Collector(store) { summary, total in
      standardError.status(
        "\(summary.sources + summary.unchanged)/\(total) sources, \(megabytes(summary.bytes)), "
          + "\(count(summary.new.count, "new signature")), \(count(summary.sightings, "sighting"))")
    }
    defer { standardError.status(nil) }
    var summary = CollectSummary()
    if !files.isEmpty { summary.add(try await collector.collect(files, again: again)) }
    if !hosts.isEmpty { summary.add(try await collector.collect(hosts)) }
    if other.journal { summary.add(try await collector.collect(other.journalSource)) }
    standardError.status(nil)
    for failure in summary.failures {
      printStatus("zlab: \(escapedForTerminal(failure.source)): \(escapedForTerminal(failure.reason))")
    }
    if other.isEndless {
      // Files, machines and the journal's past are told before it waits.
      if summary.sources + summary.unchanged > 0 { try printSummary(summary, store) }
      return try await followSources(collector, store)
    }
    if symbols { _ = try await FieldSymbolizing(store).symbolize(Array(summary.new)) }
    try printSummary(summary, store)
    if !summary.failures.isEmpty, summary.failures.count == summary.sources { throw ExitStatus.labCannot.exit }
    if !summary.new.isEmpty { throw ExitStatus.kernelFailed.exit }
    if !summary.failures.isEmpty { throw ExitStatus.inconclusive.exit }
  }

  private var stdin: [LogFile] { sources.contains("-") ? [LogFile(["-"], host: host ?? "")] : [] }

  private func followSources(_ collector: Collector, _ store: ResultStore) async throws {
    let listener = try other.listen.map { try NetconsoleListener($0) }
    if let listener { printStatus("zlab: listening on \(other.listen ?? "") (port \(listener.port))") }
    var nextJournal = ContinuousClock.now
    while !Task.isCancelled {
      var summary = CollectSummary()
      if let listener {
        summary.add(try await collector.poll(listener))
      } else {
        try? await Task.sleep(for: .seconds(1))
      }
      if other.journal, other.follow, .now >= nextJournal, !Task.isCancelled {
        summary.add(try await collector.collect(other.journalSource))
        nextJournal = .now + .seconds(5)
      }
      if symbols { _ = try await FieldSymbolizing(store).symbolize(Array(summary.new)) }
      try printNew(summary, store)
    }
    if let listener { _ = try await collector.end(listener) }
    // It was told to run until then.
    throw ExitStatus.pass.exit
  }

  private func printNew(_ summary: CollectSummary, _ store: ResultStore) throws {
    for signature in summary.new.sorted() {
      let group = try store.signatureGroup(signature)
      try printResult("NEW  \(escapedForTerminal(group.title))  \(group.signature)\n")
    }
  }

  private func printSummary(_ summary: CollectSummary, _ store: ResultStore) throws {
    let groups = try summary.new.sorted().prefix(1000).map { try store.signatureGroup($0) }
    guard output.format == .text else { return try printResult(jsonText(CollectReport(summary, groups))) }
    for group in groups {
      try printResult(
        "\(output.style.bad("NEW"))  \(escapedForTerminal(group.title))  \(output.style.faint(group.signature))\n")
    }
    try printResult(
      "\(count(summary.new.count, "new signature")), \(summary.known.count) known, \(count(summary.sightings, "sighting"))"
        + (summary.repeated > 0 ? " (\(summary.repeated) collected before)" : "") + " in "
        + count(summary.sources, "source")
        + (summary.unchanged > 0 ? ", \(summary.unchanged) unchanged" : "") + "\n")
  }
}

/// Sources of `zlab collect` beside files.
struct CollectSourceOptions: ParsableArguments {
  @Flag(help: "Read the kernel's messages in the journal of this machine, from where they were read last")
  var journal = false

  @Option(help: ArgumentHelp("With --journal, where to begin the first time, as for journalctl", valueName: "time"))
  var since: String?

  @Flag(help: "With --journal, go on reading until interrupted")
  var follow = false

  @Flag(help: "Read the records of pstore: /sys/fs/pstore and /var/lib/systemd/pstore")
  var pstore = false

  @Option(
    help: ArgumentHelp("Folder of kdump's dumps, for instance /var/crash; cores are not read", valueName: "folder"),
    completion: .directory)
  var kdump: [String] = []

  @Option(help: ArgumentHelp("Machine to read over ssh, without a password; may be repeated", valueName: "host"))
  var ssh: [String] = []

  @Option(help: ArgumentHelp("Configuration file of ssh (default: the user's)", valueName: "file"), completion: .file())
  var sshConfig: String?

  @Option(help: "Time limit for each machine", transform: timeArgument)
  var timeout: Duration = .seconds(60)

  @Option(help: ArgumentHelp("Receive netconsole: udp:PORT on loopback, or udp:ADDRESS:PORT", valueName: "address"))
  var listen: String?

  var hasAny: Bool { journal || pstore || !kdump.isEmpty || !ssh.isEmpty || listen != nil }

  /// It runs until it is interrupted.
  var isEndless: Bool { listen != nil || follow }

  var journalSource: JournalSource {
    var source = JournalSource()
    source.since = since
    return source
  }

  func source(_ host: String) throws(RequestError) -> SSHSource {
    var source = try SSHSource(host)
    source.configuration = sshConfig
    source.timeLimit = timeout
    return source
  }

  func files(host: String?) throws(RequestError) -> [LogFile] {
    let here = host ?? ProcessInfo.processInfo.hostName
    for folder in kdump where !FileManager.default.fileExists(atPath: folder) {
      throw RequestError("cannot read \(folder): \(String(cString: strerror(ENOENT)))")
    }
    return (pstore ? LogFile.pstore(["/sys/fs/pstore", "/var/lib/systemd/pstore"], host: here) : [])
      + kdump.flatMap { LogFile.kdump($0, host: here) }
  }
}

/// Result of `zlab collect` as JSON.
private struct CollectReport: Encodable {
  let schema = "zlab.collect/1"
  let new: [SignatureGroup]
  let known: Int
  let sightings: Int
  let repeated: Int
  let sources: Int
  let unchanged: Int
  let bytes: Int
  let failures: [CollectSummary.Failure]

  init(_ summary: CollectSummary, _ groups: [SignatureGroup]) {
    new = groups
    known = summary.known.count
    (sightings, repeated, sources) = (summary.sightings, summary.repeated, summary.sources)
    (unchanged, bytes, failures) = (summary.unchanged, summary.bytes, summary.failures)
  }
}
