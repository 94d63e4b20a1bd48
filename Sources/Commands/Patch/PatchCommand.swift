import ArgumentParser
import Foundation
import Model
import PatchMail
import Reports

struct PatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patch", abstract: "Extract patches from mails.",
    discussion: "  zlab patch show reply.txt > fix.patch", subcommands: [PatchShowCommand.self])
}

struct PatchShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Extract the patches from a mail, including quoted and damaged ones.",
    discussion: """
      Reads an mbox, a raw mail, a format-patch file or a reply that quotes the patch. Prints the patches on stdout, \
      and repairs and the confidence in them on stderr.

        zlab patch show reply.txt > fix.patch
        b4 am -o - MESSAGE-ID | zlab patch show -
      """)

  @Argument(help: "Mail, mbox or diff; '-' is stdin", completion: .file())
  var mail = "-"

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    let series = try readSeries(mail)
    switch output.format {
    case .json: try printResult(jsonText(series))
    case .text:
      tell(series)
      for patch in series.patches { try printResult(patch.text) }
    }
  }

  private func tell(_ series: PatchSeries) {
    for note in series.notes { printStatus("zlab: \(escapedForTerminal(note))") }
    for patch in series.patches {
      let hunks = patch.files.map(\.hunks.count).reduce(0, +)
      let files = count(patch.files.count, "file")
      printStatus(
        "zlab: \(escapedForTerminal(patch.subject)): \(patch.confidence), \(count(hunks, "hunk")) in \(files)")
      for repair in patch.repairs { printStatus("  \(escapedForTerminal(repair.description))") }
      if patch.needsWhitespaceIgnored { printStatus("  apply it with `git apply --ignore-whitespace`") }
    }
  }
}
