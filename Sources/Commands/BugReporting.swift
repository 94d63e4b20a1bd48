import Dmesg
import Foundation
import Model
import Reports
import ResultStore
import Symbolizer
import Trials

/// The bug report of a run, with all that the database knows of its signature.
/// - Parameter vmlinux: with debug info of the run's kernel, for source lines; nil for none.
/// - Throws: `RequestError` for a run without such a finding, `LabError`.
func bugReport(
  of report: RunReport, signature: String?, vmlinux: String?, store: ResultStore
) async throws -> BugReport {
  var bug = try BugReport(report, signature: signature)
  let run = report.run
  if let vmlinux { bug.finding = try await symbolized(bug.finding, trial: bug.trial, of: run, vmlinux: vmlinux) }
  let trial = report.trials.first { $0.number == bug.trial }
  bug.excerpt = trial.flatMap { consoleExcerpt(of: bug.finding, trial: $0, in: run) }
  // A scenario of the user's may bear the name of one of the catalogue's.
  let isKnown = (try? Catalogue.find(run.scenario))?.text == run.scenarioText
  var settings = run.parameters
  if var scenario = try? Scenario(parsing: run.scenarioText, file: run.scenario) {
    settings = settings.filter { scenario.parameters[$0.key] != $0.value }
    scenario.parameters.merge(run.parameters) { $1 }
    bug.summary = scenario.summary
    bug.kernelArguments = scenario.kernelArguments
    bug.programs = scenario.actors.map { actor in
      ([actor.program] + scenario.arguments(of: actor, seed: trial?.seed ?? run.seed)).joined(separator: " ")
    }
  }
  if !isKnown, !run.scenarioText.isEmpty { bug.scenarioText = run.scenarioText }
  bug.kernels = try kernels(like: run, showing: bug.finding.signature, store)
  bug.culprit = try store.bisects(targeting: bug.finding.signature, limit: 1).first { $0.culprit != nil }
  bug.commands = commands(run, scenario: isKnown ? run.scenario : "\(run.scenario).yaml", settings)
  return bug
}

/// Kernels on which the same test ran, the run's own first, then the newest runs first.
private func kernels(like run: Run, showing signature: String, _ store: ResultStore) throws -> [BugReport.Kernel] {
  let shown = Dictionary(try store.sightings(of: signature).map { ($0.run, $0.trials) }) { first, _ in first }
  var kernels: [BugReport.Kernel] = []
  let alike = try store.countedRuns(limit: 2000).filter {
    $0.run.scenario == run.scenario && $0.run.parameters == run.parameters && $0.passes + $0.fails > 0
      && $0.run.schedule == run.schedule && $0.run.rules?.text == run.rules?.text
  }
  let (own, other) = (
    alike.filter { $0.run.kernel.id == run.kernel.id }, alike.filter { $0.run.kernel.id != run.kernel.id }
  )
  for counted in own + other {
    let (kernel, judged) = (counted.run.kernel, counted.passes + counted.fails)
    if let place = kernels.firstIndex(where: { $0.name == kernel.name && $0.release == kernel.release }) {
      kernels[place].shown += shown[counted.run.id] ?? 0
      kernels[place].judged += judged
    } else {
      kernels.append(
        BugReport.Kernel(name: kernel.name, release: kernel.release, shown: shown[counted.run.id] ?? 0, judged: judged))
    }
  }
  return kernels
}

/// Commands with which another machine fetches or builds the kernel, where it can, and runs the test.
private func commands(_ run: Run, scenario: String, _ settings: [String: String]) -> [[String]] {
  var kernel = "KERNEL"
  var making: ReproCommand?
  if let build = run.kernel.build {
    (kernel, making) = (run.kernel.name, .build(build, named: run.kernel.name))
  } else if run.kernel.name.hasPrefix("debian:") {
    kernel = run.kernel.name + (run.kernel.version.map { "=\($0)" } ?? "")
    making = ReproCommand("kernel fetch", [kernel])
  }
  var command = ReproCommand("run", [scenario, "--kernel", kernel])
  command.add("--set", each: settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
  let schedule = run.schedule == .mttcg ? nil : run.schedule?.description
  command.add("--schedule", run.rules.map { URL(fileURLWithPath: $0.file).lastPathComponent } ?? schedule)
  command.add("--seed", String(run.seed))
  return [making, command].compactMap { $0?.words }
}

/// A trial's finding with source lines; read anew from its console, since the database keeps no addresses.
private func symbolized(
  _ finding: Finding, trial: Int, of run: Run, vmlinux: String
) async throws -> Finding {
  let path = run.consoleLog(ofTrial: trial)
  guard let log = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
    throw LabError("cannot add source lines: the console log \(path) cannot be read")
  }
  var parser = DmesgParser()
  let findings = parser.feed([UInt8](log.prefix(1 << 26))) + parser.finish()
  let symbolizer = try Symbolizer(vmlinux: vmlinux, modules: nil)
  let result = try await symbolizer.symbolize(findings, boots: parser.boots, log: path)
  for remark in result.remarks { printStatus("zlab: \(remark)") }
  return result.findings.first { $0.signature == finding.signature && $0.firstLine == finding.firstLine } ?? finding
}
