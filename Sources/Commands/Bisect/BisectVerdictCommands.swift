import ArgumentParser
import Bisection
import Foundation
import KernelSource
import Model
import Reports

struct BisectSkipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skip",
    abstract: "Leave commits out that cannot be tested.",
    discussion: """
      Suspects that only a skipped commit tells apart stay together in the answer. Stop a running `zlab bisect run` \
      first, and resume it afterwards.

        zlab bisect skip v6.2-rc1~3 --reason "does not boot"
      """)

  @Argument(help: "Commits between the ends of the bisection")
  var commits: [String]

  @Option(help: "Reason, recorded in the journal")
  var reason = "skipped by the user"

  @OptionGroup var name: BisectName

  func run() async throws {
    let folder = try name.folder
    let ids = try await folder.ids(of: commits)
    try await folder.skip(ids, reason: try recordable(reason))
    printStatus("zlab: skipped \(count(ids.count, "commit")); continue with \(folder.runCommand)")
  }
}

struct BisectGoodCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "good", abstract: "Record that a commit does not have the bug.",
    discussion: "\(verdictDiscussion)\n\n  zlab bisect good v6.1.20 --weight 50 --reason \"ran for a week\"")

  @OptionGroup var verdict: BisectVerdictOptions

  func run() async throws { try await verdict.record(isBad: false) }
}

struct BisectBadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bad", abstract: "Record that a commit has the bug.",
    discussion: "\(verdictDiscussion)\n\n  zlab bisect bad 1a2b3c4d5e6f --reason \"seen on hardware\"")

  @OptionGroup var verdict: BisectVerdictOptions

  func run() async throws { try await verdict.record(isBad: true) }
}

private let verdictDiscussion = """
  A verdict from outside of zlab counts as a number of trials, all of which failed (bad) or passed (good). Stop a running \
  `zlab bisect run` first, and resume it afterwards.
  """

/// Arguments of a verdict about one commit.
struct BisectVerdictOptions: ParsableArguments {
  @Argument(help: "Commit of the bisection")
  var commit: String

  @Option(help: ArgumentHelp("Number of trials that the verdict counts as, 1 to 1000", valueName: "count"))
  var weight = 10

  @Option(help: "Reason, recorded in the journal")
  var reason = ""

  @OptionGroup var name: BisectName

  func validate() throws {
    guard (1...1000).contains(weight) else { throw ValidationError("--weight must be 1 to 1000.") }
  }

  func record(isBad: Bool) async throws {
    let folder = try name.folder
    guard let id = try await folder.ids(of: [commit]).first else { return }
    try await folder.judge(id, isBad: isBad, weight: weight, reason: try recordable(reason))
    printStatus(
      "zlab: \(id.prefix(12)) is \(isBad ? "bad" : "good"), as \(count(weight, "trial")); continue with \(folder.runCommand)"
    )
  }
}

extension BisectFolder {
  /// Object names of commits in the bisection's repository.
  fileprivate func ids(of revisions: [String]) async throws -> [String] {
    let repository = try GitRepository(at: URL(fileURLWithPath: try plan().repository))
    var ids: [String] = []
    for revision in revisions { ids.append(try await repository.commit(revision)) }
    return ids
  }

  fileprivate var runCommand: String { "`\(ReproCommand.bisectRun(name).text)`" }
}

/// A reason for the journal.
/// - Throws: `RequestError` for one of more than 1000 characters.
private func recordable(_ reason: String) throws(RequestError) -> String {
  guard reason.count <= 1000 else { throw RequestError("--reason takes at most 1000 characters") }
  return reason
}
