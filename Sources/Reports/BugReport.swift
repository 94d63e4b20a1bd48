import Foundation
package import Model
import Statistics
import TextOutput

/// A report of one signature of a run to the kernel's developers: a plain-text mail to be read over and sent by the user.
///
/// Its contents are what Documentation/admin-guide/reporting-issues.rst asks for. Nothing of this machine is in it, but
/// for what the guest's console printed.
package struct BugReport: Sendable {
  /// A kernel on which the same scenario ran with the same parameters.
  package struct Kernel: Sendable, Hashable {
    package let name: String
    package let release: String
    /// Trials that showed the signature.
    package var shown: Int
    /// Trials that were judged.
    package var judged: Int

    package init(name: String, release: String, shown: Int, judged: Int) {
      (self.name, self.release, self.shown, self.judged) = (name, release, shown, judged)
    }
  }

  let run: Run
  /// Of the trial that is quoted; with source lines where they are known.
  package var finding: Finding
  let rate: Rate
  /// Number of the trial that is quoted.
  package let trial: Int
  /// Other signatures of the run by title, with the trials that showed them.
  let others: [(title: String, trials: Int)]
  /// The report as the console has it; nil when the log is gone.
  package var excerpt: String?
  /// One sentence on the scenario.
  package var summary = ""
  /// The programs of the scenario as command lines, with the arguments of the trial.
  package var programs: [String] = []
  /// Words that the scenario puts on the guest's kernel command line.
  package var kernelArguments: [String] = []
  /// Of the scenario's file where it is no catalogue one: it goes with the mail.
  package var scenarioText: String?
  /// The one that the report is about first.
  package var kernels: [Kernel] = []
  /// A finished bisection's answer.
  package var culprit: BisectRecord?
  /// Command lines that show it again.
  package var commands: [[String]] = []

  /// - Parameters:
  ///   - signature: one that the run showed, or the first digits of one; nil for the worst that names a function.
  /// - Throws: ``RequestError`` when the run showed no such signature.
  package init(_ report: RunReport, signature: String? = nil) throws(RequestError) {
    let counts = report.summary.signatures
    let fitting = counts.filter { signature == nil || $0.signature.hasPrefix(signature ?? "") }
    guard let count = fitting.first(where: { $0.function != nil }) ?? fitting.first else {
      let shown = counts.map { "\($0.signature) \($0.title)" }.joined(separator: ", ")
      let id = report.run.id
      throw RequestError(
        signature.map { "the run \(id) does not show the signature \($0)" } ?? "the run \(id) has no finding",
        advice: shown.isEmpty ? "`zlab report --list` shows which runs failed." : "It shows \(shown).")
    }
    guard let clearest = clearestSightings(before: [], after: report.trials)[count.signature] else {
      throw RequestError("the trials of run \(report.run.id) that show \(count.title) were removed to save space")
    }
    run = report.run
    (finding, trial) = (clearest.finding, clearest.trial)
    rate = Rate(failures: count.trials, trials: report.summary.rate.trials, confidence: run.confidence)
    others = counts.filter { $0.signature != count.signature && $0.function != nil }.map { ($0.title, $0.trials) }
  }

  /// The mail with its header fields; our own lines have at most 72 columns.
  package func mail(_ addresses: MailAddresses = MailAddresses()) -> String {
    let parts = [opening, quoted, sources, rates, history, reproduction, addressees]
    let lines =
      parts.filter { !$0.isEmpty }.flatMap { $0 + [""] } + ["[\(finding.signature)] is zlab's signature of it."]
    return header(addresses) + "\n" + lines.map { $0.trimmedEnd + "\n" }.joined()
  }

  private func header(_ addresses: MailAddresses) -> String {
    let subject = "\(finding.title) (s390x, \(run.kernel.release))"
    return addresses.fields + mailHeader("Subject", subject, prefix: "[BUG]") + plainTextFields
  }

  private var opening: [String] {
    let place = finding.location.map { " (\(escapedForTerminal($0)))" } ?? ""
    var lines = wrapped(
      "Linux \(run.kernel.release) on s390x reports \"\(finding.title)\"\(place) in a test of PCI hot-unplug.")
    if !summary.isEmpty { lines += wrapped("The test: " + summary) }
    lines += wrapped("It showed in \(rate.failures) of \(count(rate.trials, "trial")): " + interval + ".")
    return lines + [""] + kernelLines
  }

  private var interval: String {
    "\(percent(rate.value ?? 0)), \(percent(rate.confidence)) interval \(percent(rate.low)) to \(percent(rate.high))"
  }

  private var kernelLines: [String] {
    var lines = wrapped(run.kernel.release, first: "Kernel: ", rest: "  ")
    guard let build = run.kernel.build else {
      return lines + wrapped(run.kernel.origin, first: "Package: ", rest: "  ")
    }
    lines += wrapped(
      build.source.contains("/") ? "tree \(build.tree.prefix(12))" : build.source, first: "Source: ", rest: "  ")
    if !build.fragments.isEmpty {
      lines += wrapped(build.fragments.joined(separator: ", "), first: "Configuration fragments: ", rest: "  ")
    }
    for patch in build.patches { lines += wrapped(patch.subject, first: "With the patch ", rest: "  ") }
    return lines + wrapped(build.toolchain, first: "Compiler: ", rest: "  ")
  }

  /// The console's lines of it without what says nothing about the bug; long ones stay whole, for tools that read them.
  private var quoted: [String] {
    guard let excerpt else {
      return ["The console's log is gone; its first line was:", "", "  " + oneLine(finding.message, width: 300)]
    }
    let all = excerpt.split(whereSeparator: \.isNewline).map { line in
      escapedForTerminal(String(line).replacing(#/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? /#, with: "")).trimmedEnd
    }
    let telling = all.filter { !$0.contains("Modules linked in:") && !$0.contains("Unloaded tainted modules:") }
    let (most, tail) = (70, 8)
    guard telling.count > most else { return telling.map { "  " + $0 } }
    let left = telling.count - most
    return (telling.prefix(most - tail) + ["[... \(count(left, "line")) left out]"] + telling.suffix(tail)).map {
      "  " + $0
    }
  }

  private var sources: [String] {
    let decoded = finding.frames.prefix(24).filter { $0.source != nil }
    guard !decoded.isEmpty else { return [] }
    return ["Where that is in the source", ""]
      + decoded.map {
        "  \(escapedForTerminal($0.name)) (\(escapedForTerminal($0.source ?? "")))\($0.isInlined ? " [inlined]" : "")"
      }
  }

  private var rates: [String] {
    guard kernels.count > 1 else { return [] }
    let rows = kernels.prefix(12).map { kernel in
      let none = Rate(failures: 0, trials: kernel.judged, confidence: run.confidence)
      let words = kernel.shown > 0 || kernel.judged == 0 ? "" : "  less than \(percent(none.high))"
      let isShared = kernels.count { $0.release == kernel.release } > 1 && kernel.name != kernel.release
      return [
        "  " + escapedForTerminal(kernel.release + (isShared ? " (\(kernel.name))" : "")),
        "\(kernel.shown) of \(kernel.judged)" + words,
      ]
    }
    return ["Trials that showed it, by kernel, in the same test", ""]
      + table(rows).split(separator: "\n").map(String.init)
  }

  private var history: [String] {
    guard let culprit, let commit = culprit.culprit else { return [] }
    return wrapped("A bisection says with \(percent(culprit.confidence)) confidence that it came with this commit:")
      + ["", "  Fixes: " + oneLine("\(commit.id.prefix(12)) (\"\(commit.subject)\")", width: 200)]
  }

  private var reproduction: [String] {
    var lines = wrapped(
      "To see it again with zlab, on any machine (the guest is emulated s390x with emulated PCI functions):")
    lines += [""] + commands.flatMap { shellLines($0, width: mailWidth) }
    if !programs.isEmpty {
      lines +=
        [""] + wrapped("Without zlab, these programs run at the same time as root (C sources in its images/actors):")
      lines += [""] + programs.flatMap { shellLines($0.split(separator: " ").map(String.init), width: mailWidth) }
      if !kernelArguments.isEmpty {
        lines += [""] + wrapped("The guest's kernel command line had: " + kernelArguments.joined(separator: " "))
      }
    }
    if let scenarioText {
      lines += ["", "\(oneLine(run.scenario, width: 40)).yaml:", ""]
      lines += scenarioText.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).prefix(120).map {
        "  " + escapedForTerminal(String($0))
      }
    }
    if !others.isEmpty {
      lines += [""] + wrapped("The same run also showed:") + [""]
      lines += others.prefix(8).map {
        "  " + oneLine("\($0.title) (\(count($0.trials, "trial")))", width: mailWidth - 2)
      }
    }
    return lines
  }

  private var addressees: [String] {
    let files = finding.frames.compactMap(\.source).prefix(3) + [finding.location].compactMap { $0 }
    let paths = files.compactMap { $0.split(separator: ":").first.map(String.init) }.filter {
      $0.contains("/") && !$0.hasPrefix("/")
    }
    guard let path = paths.first else { return [] }
    return ["Who may know, by the kernel's tree:", "", "  scripts/get_maintainer.pl -f " + shellQuoted(path)]
  }
}
