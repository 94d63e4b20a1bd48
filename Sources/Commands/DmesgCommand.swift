import ArgumentParser
import Dmesg
import Foundation
import Records
import Reports

struct DmesgCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dmesg",
    abstract: "Finds what a kernel complained about in any log.",
    discussion: """
      Prints nothing and exits 0 when there is no finding; exits 1 when there is one.

        zlab dmesg console.log
        ssh lpar dmesg | zlab dmesg --format json - | jq '.findings[].title'
      """)

  @Argument(help: "Logs to read; '-' or none is standard input.", completion: .file())
  var files: [String] = []

  @OptionGroup var output: OutputOptions

  func run() throws {
    var found = false
    for (index, file) in (files.isEmpty ? ["-"] : files).enumerated() {
      let report = try read(file)
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

  private func read(_ file: String) throws -> DmesgReport {
    let name = file == "-" ? "standard input" : file
    let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(name) }
    defer { if file != "-" { close(descriptor) } }
    var parser = DmesgParser()
    var findings: [Finding] = []
    while true {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, used in
        count = Glibc.read(descriptor, buffer.baseAddress, 1 << 20)
        used = max(0, count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(name) }
      if count == 0 { break }
      keep(parser.feed(bytes), in: &findings)
    }
    keep(parser.finish(), in: &findings)
    if findings.count == Self.most { say("zlab: \(name): only the first \(Self.most) findings are told") }
    return DmesgReport(source: name, kernel: parser.kernel, findings: findings)
  }

  // A log can hold more than anybody reads, or memory holds.
  private static let most = 10_000

  private func keep(_ fresh: [Finding], in findings: inout [Finding]) {
    findings += fresh.prefix(Self.most - findings.count)
  }

  private func unreadable(_ name: String) -> RequestError {
    RequestError("cannot read \(name): \(String(cString: strerror(errno)))")
  }
}
