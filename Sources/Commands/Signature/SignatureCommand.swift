import ArgumentParser
import Foundation
import Model
import Reports
import ResultStore
import Storage
import StrictYAML

struct SignatureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signature",
    abstract: "List, show, mark and regroup the signatures of the field and the lab.",
    discussion: """
        zlab signature list --new-since 2026-11-01 --kernel 6.12
        zlab signature show ba640c15
        zlab signature mark ba640c15 --reason "fixed in 6.9" --until 2027-01-31
      """,
    subcommands: [
      SignatureListCommand.self, SignatureShowCommand.self, SignatureMarkCommand.self, SignatureMergeCommand.self,
      SignatureSplitCommand.self, SignatureSymbolizeCommand.self,
    ])
}

/// Reads a day or a moment from the command line.
@Sendable func dateArgument(_ text: String) throws -> Date {
  if let day = try? Date(text, strategy: .iso8601.year().month().day()) { return day }
  if let moment = try? Date(text, strategy: .iso8601) { return moment }
  if let time = Duration(zlab: text) { return Date() - time / .seconds(1) }
  throw ValidationError("'\(text)' is not a day such as 2026-11-30, a time, or an age such as 24h")
}

/// Counts as a line of blocks, the highest one full; no sighting is a dot.
func sparkline(_ counts: [Int]) -> String {
  let most = max(1, counts.max() ?? 1)
  let blocks = Array("▁▂▃▄▅▆▇█")
  return String(counts.map { $0 <= 0 ? "." : blocks[min(7, $0 * 8 / (most + 1))] })
}

struct SignatureListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List signatures with their counts in the field and in the lab.",
    discussion: """
      FIELD counts sightings in collected logs, HOSTS their machines, LAB the trials that show the signature, and WEEKS \
      the sightings of the last 12 weeks.

        zlab signature list
        zlab signature list --new-since 7d --where field
        zlab signature list --host lpar1 --kind oops --format json
      """)

  /// Kind of place in which a signature was seen.
  enum Place: String, ExpressibleByArgument, CaseIterable {
    case any, field, lab, both
  }

  @Argument(help: ArgumentHelp("Part of the title, or first digits of the signature", valueName: "text"))
  var text: String?

  @Option(
    help: ArgumentHelp("Only what was first collected since: a day, a time, or an age", valueName: "time"),
    transform: dateArgument)
  var newSince: Date?

  @Option(help: ArgumentHelp("Only what this kernel release shows, or one that begins so", valueName: "release"))
  var kernel: String?

  @Option(help: ArgumentHelp("Only what this host shows", valueName: "name"))
  var host: String?

  @Option(help: "Only this kind, for instance oops or warning")
  var kind: FindingKind?

  @Option(help: "Only what was seen in the field, in the lab, or in both")
  var `where` = Place.any

  @Option(help: "Order: the newest sighting, the newest signature or the most frequent first")
  var sort = SignatureFilter.Order.newest

  @Option(help: "Signatures to list; 0 lists all")
  var limit = 50

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let store = try ResultStore(userLocations)
    var filter = SignatureFilter()
    (filter.newSince, filter.kernel, filter.host, filter.kind) = (newSince, kernel, host, kind?.rawValue)
    (filter.text, filter.order) = (text, sort)
    if `where` == .field || `where` == .both { filter.inField = true }
    if `where` == .lab || `where` == .both { filter.inLab = true }
    let (groups, total) = try store.signatureGroups(filter, limit: limit <= 0 ? 1_000_000 : limit)
    guard output.format == .text else {
      return try printResult(jsonText(SignatureList(count: total, signatures: groups)))
    }
    guard !groups.isEmpty else {
      return printStatus("zlab: no signature matches; `zlab collect` and `zlab run` make them")
    }
    let known = (try? userKnownIssues()) ?? []
    let width = terminalWidth(STDOUT_FILENO, fallback: 200)
    let rows = groups.map { group in
      [
        String(group.signature.prefix(12)), group.kind, String(group.field), String(group.hosts), String(group.lab),
        group.weeks.isEmpty ? "" : sparkline(group.weeks), dayText(group.lastSeen),
        (known.contains { $0.isAbout(group.signature, line: "") && !$0.isExpired(at: Date()) } ? "known: " : "")
          + group.title,
      ]
    }
    let text = table([["SIGNATURE", "KIND", "FIELD", "HOSTS", "LAB", "WEEKS", "LAST", "TITLE"]] + rows)
    try printResult(text.split(separator: "\n").map { oneRow($0, width) + "\n" }.joined())
    if total > groups.count { printStatus("zlab: \(total - groups.count) more; --limit 0 lists all") }
  }

  private func oneRow(_ row: Substring, _ width: Int) -> String {
    let text = escapedForTerminal(String(row))
    return text.width <= width ? text : String(text.unicodeScalars.prefix(width - 3)) + "..."
  }
}

extension FindingKind: ExpressibleByArgument {}
extension SignatureFilter.Order: ExpressibleByArgument {}

/// `zlab signature list --format json`.
private struct SignatureList: Encodable {
  let schema = "zlab.signatures/1"
  let count: Int
  let signatures: [SignatureGroup]
}

struct SignatureMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Show several signatures as one, also in what is collected later.",
    discussion: """
      The last one named gives the group its name. `zlab signature split` undoes it.

        zlab signature merge 597f4c7c97f3be59 ba640c15b5726110
      """)

  @Argument(
    help: ArgumentHelp("Signatures, or their first digits; at least two", valueName: "signature"),
    completion: signatureCompletion)
  var signatures: [String]

  func validate() throws {
    if signatures.count < 2 { throw ValidationError("Name at least two signatures.") }
  }

  func run() throws {
    let store = try ResultStore(userLocations)
    let groups = try signatures.map { try store.signatureGroup($0) }
    guard let target = groups.last else { return }
    let members = try groups.dropLast().flatMap { try store.members(of: $0.signature) }.filter {
      $0 != target.signature
    }
    guard !members.isEmpty else { throw RequestError("these signatures are one already") }
    try store.merge(members, into: target.signature)
    let merged = try store.signatureGroup(target.signature)
    try printResult(
      "\(merged.signature)  \(escapedForTerminal(merged.title)): \(merged.field) in the field, \(merged.lab) in the lab\n"
    )
  }
}

struct SignatureSplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Take a merged signature out of its group, or part the sightings of one by a text.",
    discussion: """
      With --having, sightings whose excerpt has the text get a signature of their own, those that are collected later too.

        zlab signature split 597f4c7c97f3be59
        zlab signature split ba640c15b5726110 --having vfio_pci
      """)

  @Argument(
    help: ArgumentHelp("Signature, or its first digits", valueName: "signature"), completion: signatureCompletion)
  var signature: String

  @Option(help: ArgumentHelp("Text of the excerpt, as it is printed", valueName: "text"))
  var having: String?

  func run() throws {
    let store = try ResultStore(userLocations)
    let group = try store.signatureGroup(signature)
    let members = try store.members(of: group.signature)
    let meant = members.filter { $0.hasPrefix(signature) }
    guard meant.count == 1, let member = meant.first else {
      throw RequestError("'\(signature)' fits several signatures: \(meant.joined(separator: ", "))")
    }
    guard let having else {
      guard try store.unmerge(member) else {
        throw RequestError(
          "the signature \(member) was not merged into another", advice: "--having TEXT parts its sightings.")
      }
      return try printResult("\(member) is a group of its own again\n")
    }
    guard !having.isEmpty else { throw RequestError("--having requires a text") }
    let target = stableDigits("\(member)|\(having)")
    let moved = try store.split(member, having: having, into: target) { reread($0, as: member) }
    try printResult("\(target): \(count(moved, "sighting")) of \(member)\n")
  }
}
