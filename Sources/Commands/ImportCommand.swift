import ArgumentParser
import Foundation
import Model
import Reports
import ResultStore
import Runs
import Trials

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Join results of `zlab run --into` into one run and report it.",
    discussion: """
      The folders must hold results of the same cell: kernel, image, scenario, parameters, schedule, seed and versions of \
      zlab and QEMU. Each trial is counted once; importing a folder again changes nothing. Trials without a usable result \
      are made by `zlab run --resume RUN`.

      Exit status: as of `zlab report RUN`.

        zlab run slot-power-race --kernel debian:trixie --trials 100 --seed 7 \
          --shard 1/2 --into part-1
        zlab import part-1 part-2
      """)

  @Argument(help: "Folders that `zlab run --into` wrote", completion: .directory)
  var folders: [String]

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    let sources = folders.map { ResultFolder(URL(fileURLWithPath: $0).standardizedFileURL.path) }
    var job = try ResultImport.job(of: sources)
    let setup = try RunSetup(of: job.run)
    // Its text came with the results, its words may be anything.
    job.run.command =
      ReproCommand.run(setup, kernel: String(job.run.kernel.id.prefix(12)), goal: job.run.goal, seed: job.run.seed).text
    let store = try ResultStore(userLocations)
    let outcome = try await ResultImport(store, userLocations).take(
      sources, of: job, limits: ResultLimits(memory: setup.scenario.memory))
    printStatus(
      "zlab: run \(outcome.run.id): imported \(count(outcome.added, "trial")), \(outcome.known) were already there")
    for reason in outcome.skipped.prefix(20) { printStatus("zlab: skipped \(escapedForTerminal(reason))") }
    if outcome.skipped.count > 20 { printStatus("zlab: skipped \(outcome.skipped.count - 20) more") }
    let report = try runReport(outcome.run, state: outcome.run.state, store: store)
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
    if outcome.run.state == .interrupted {
      printStatus("zlab: trials are missing; make them with `\(ReproCommand.resume("run", outcome.run.id).text)`")
    }
    if let status = report.exitStatus { throw status.exit }
  }
}
