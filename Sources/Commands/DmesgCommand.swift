import ArgumentParser
import Records
import Reports
import Symbolizer

struct DmesgCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dmesg",
    abstract: "Finds what a kernel complained about in any log.",
    discussion: """
      Prints nothing and exits 0 when there is no finding; exits 1 when there is one.
      With --vmlinux, call traces have source lines and inlined functions; signatures stay the same.

        zlab dmesg console.log
        ssh lpar dmesg | zlab dmesg --format json - | jq '.findings[].title'
        zlab dmesg --vmlinux build/vmlinux --modules build console.log
      """)

  @Argument(help: "Logs to read; '-' or none is standard input.", completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The vmlinux of the very kernel that printed the logs, with debug information: adds source lines and inlined "
        + "functions. One of another build is refused.", valueName: "file"), completion: .file())
  var vmlinux: String?

  @Option(
    help: ArgumentHelp(
      "Where the modules of that kernel are, with debug information (.ko, .ko.debug, also packed).",
      valueName: "folder"), completion: .directory)
  var modules: String?

  @Flag(inversion: .prefixedNo, help: "Read the vmlinux and modules in a sandbox: a stranger can have built them.")
  var sandbox = true

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if modules != nil, vmlinux == nil { throw ValidationError("--modules needs --vmlinux") }
  }

  func run() async throws {
    let symbolizer = try vmlinux.map { try Symbolizer(vmlinux: $0, modules: modules, isBoxed: sandbox) }
    var found = false
    for (index, file) in (files.isEmpty ? ["-"] : files).enumerated() {
      let report = try await report(on: file, symbolizer)
      found = found || !report.findings.isEmpty
      switch output.format {
      case .json: try put(jsonText(report, pretty: false))
      case .text:
        let text = report.text(output.style)
        try put((index > 0 && !text.isEmpty ? "\n" : "") + text)
      }
    }
    if found { throw ExitStatus.kernelFailed.exit }
  }

  private func report(on file: String, _ symbolizer: Symbolizer?) async throws -> DmesgReport {
    let log = try await LogFile.read(file)
    if log.isCurtailed { say("zlab: \(log.name): only the first \(LogFile.most) findings are told") }
    guard let symbolizer else { return DmesgReport(source: log.name, kernel: log.kernel, findings: log.findings) }
    let result = try await symbolizer.symbolize(log.findings, boots: log.boots, log: log.name)
    for remark in result.remarks { say("zlab: \(remark)") }
    return DmesgReport(source: log.name, kernel: log.kernel, findings: result.findings)
  }
}
