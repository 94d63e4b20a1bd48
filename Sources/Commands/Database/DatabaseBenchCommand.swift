import ArgumentParser
import Dashboard
import Foundation
import Model
import Nightly
import Reports
import ResultStore
import Runs

/// Benchmark of `scripts/bench-store`: a made-up history, and the time of what pages and reports ask of it.
struct DatabaseBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Fill an empty database with synthetic trials and measure queries on it.",
    discussion: "  ZLAB_HOME=/tmp/bench zlab db bench --trials 100000",
    shouldDisplay: false)

  @Option(help: "Number of synthetic trials")
  var trials = 1_000_000

  @Option(help: "Number of synthetic sightings in the field")
  var sightings = 0

  @Flag(help: "Measure again on the data of an earlier call")
  var again = false

  func validate() throws {
    guard (1000...100_000_000).contains(trials) else { throw ValidationError("--trials must be 1000 to 100000000.") }
    guard (0...100_000_000).contains(sightings) else {
      throw ValidationError("--sightings must be 0 to 100000000.")
    }
  }

  func run() throws {
    let store = try ResultStore(userLocations)
    let size = SampleSize(trials: trials)
    let begin = ContinuousClock.now
    let field = FieldSampleSize(sightings: sightings)
    if !again {
      try store.fill(size) { printStatus("\($0) trials") }
      if sightings > 0 { try store.fillField(field) { printStatus("\($0) sightings") } }
    }
    printStatus("made in \(decimals(begin.duration(to: .now) / .seconds(1), 0)) s")
    let asked = try queries(store, size) + (sightings > 0 ? fieldQueries(store, field) : [])
    let rows = try asked.map { name, query in [name, decimals(try median(query), 1)] }
    try printResult(table([["QUERY", "MS"]] + rows) + "\n")
  }

  private func median(_ query: () throws -> Void) throws -> Double {
    let times = try (0..<5).map { _ in
      let start = ContinuousClock.now
      try query()
      return start.duration(to: .now) / .milliseconds(1)
    }
    return times.sorted()[2]
  }

  private func queries(_ store: ResultStore, _ size: SampleSize) throws -> [(String, () throws -> Void)] {
    guard let night = try store.nights(limit: 1).first, let signature = try store.signatures(limit: 1).first else {
      throw LabError("the sample in \(store.path) is empty")
    }
    let scenario = size.scenarios[3]
    let line = size.lines[0]
    let cells = try store.cells(of: night.id)
    // What is new is stored when a night ends; until then a report works it out.
    var unfinished = night
    unfinished.state = .interrupted
    return [
      ("nights", { _ = try store.nights(limit: 100) }),
      ("a night with its cells", { _ = (try store.cells(of: night.id), try store.tallies(ofNight: night.id)) }),
      ("a night's trials", { for cell in cells { if let run = cell.run { _ = try store.trials(of: run) } } }),
      (
        "a night against 14 before",
        {
          for cell in cells {
            _ = try store.tallies(of: cell.key, before: night.started, limit: 14)
            _ = try store.knownSignatures(of: cell.key.scenario, line: cell.key.line, before: night.started)
          }
        }
      ),
      ("a night's news", { _ = try nightNews(night, store: store) }),
      ("a night's report", { _ = try nightReport(unfinished, store: store) }),
      ("what retention would take", { _ = try store.staleRuns(before: night.started, unpruned: false) }),
      ("a scenario's history, 1000 runs", { _ = try store.history(of: scenario) }),
      ("the same on one line of kernels", { _ = try store.history(of: scenario, line: line) }),
      ("signatures", { _ = try store.signatures(limit: 200) }),
      ("a signature's sightings, 1000 runs", { _ = try store.sightings(of: signature.signature) }),
      ("first bad kernels", { _ = try store.firstSightings(of: signature.signature) }),
      ("the newest 50 runs", { _ = try store.countedRuns(limit: 50) }),
      ("scenarios", { _ = try store.scenarios() }),
    ] + (try pages(store, size, unfinished, signature.signature)) + formats(store, unfinished)
  }

  private func formats(_ store: ResultStore, _ night: NightRecord) -> [(String, () throws -> Void)] {
    ReportFormat.allCases.filter { $0 != .bug }.map { format in
      ("report as \(format.rawValue)", { _ = try render(nightReport(night, store: store), as: format) })
    }
  }

  private func pages(
    _ store: ResultStore, _ size: SampleSize, _ night: NightRecord, _ signature: String
  ) throws -> [(String, () throws -> Void)] {
    let runs = try store.countedRuns(limit: 2).map(\.run.id)
    let paths = [
      "/", "/night/\(night.id)", "/run/\(runs[0])", "/run/\(runs[0])/trial/1", "/signatures",
      "/signature/\(signature)", "/scenarios", "/scenario/\(size.scenarios[3])", "/kernels",
      "/kernel/\(size.lines[0])-\(size.configs[0])-0", "/bisects", "/verifies",
    ]
    return try paths.map { try page(store, $0, [:], night) }
      + [page(store, "/compare", ["one": runs[0], "other": runs[1]], night)]
  }

  private func page(
    _ store: ResultStore, _ path: String, _ query: [String: String] = [:], _ night: NightRecord? = nil
  ) throws -> (String, () throws -> Void) {
    let pages = try Pages(store, userLocations) { try nightReport(night ?? $0, store: store) }
    let words = query.isEmpty || path == "/compare" ? "" : "?" + query.map { "\($0)=\($1)" }.joined(separator: "&")
    return (
      "page \(path)\(words)",
      {
        let reply = pages.reply(to: path, query: query)
        guard reply.status == 200 else { throw LabError("the page \(path) has the status \(reply.status)") }
      }
    )
  }

  /// Pages and lists of the field: with the most frequent signature, one of a merged group, and a host.
  private func fieldQueries(_ store: ResultStore, _ size: FieldSampleSize) throws -> [(String, () throws -> Void)] {
    var filter = SignatureFilter()
    (filter.inField, filter.order) = (true, .count)
    guard let frequent = try store.signatureGroups(filter, limit: 1).groups.first?.signature,
      let sighting = try store.fieldSightings(of: [frequent], limit: 1).first
    else { throw LabError("the sample in \(store.path) has no sighting") }
    func list(_ name: String, _ change: (inout SignatureFilter) -> Void) -> (String, () throws -> Void) {
      var filter = SignatureFilter()
      change(&filter)
      return ("signature list \(name)", { [filter] in _ = try store.signatureGroups(filter, limit: 50) })
    }
    return [
      list("") { _ in },
      list("--sort count") { $0.order = .count },
      list("--kernel 6.3") { $0.kernel = "6.3" },
      list("--host") { $0.host = size.host },
      list("--new-since 24h") { $0.newSince = Date() - 86_400 },
      list("TEXT") { $0.text = "function_12" },
      ("signature show", { _ = try SignatureDetails(store, store.signatureGroup(frequent), limit: 10) }),
    ]
      + (try [
        page(store, "/field"), page(store, "/field", ["q": "function_12"]), page(store, "/field", ["kernel": "6.3"]),
        page(store, "/field", ["host": size.host]), page(store, "/host/\(size.host)"),
        page(store, "/signature/\(frequent)"), page(store, "/sighting/\(sighting.id)"), page(store, "/signatures"),
      ])
  }
}
