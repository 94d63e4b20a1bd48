import Foundation
import Model

/// Console excerpt of a finding; nil when the log is gone.
///
/// Only whole lines that the finding spans, of the first 64 MiB of the log, and at most 64 KiB of them.
func consoleExcerpt(of finding: Finding, trial: Trial, in run: Run) -> String? {
  let path = run.consoleLog(ofTrial: trial.number)
  guard finding.firstLine >= 1, finding.lastLine >= finding.firstLine,
    let log = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
  else { return nil }
  var (line, start, most) = (1, log.startIndex, 1 << 26)
  while line < finding.firstLine, most > 0 {
    guard let end = log[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    most -= end - start + 1
    (line, start) = (line + 1, end + 1)
  }
  var end = start
  while line <= finding.lastLine, end < log.endIndex, end - start < 65_536 {
    end =
      log[end...].prefix(65_536).firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? min(log.endIndex, end + 65_536)
    line += 1
  }
  let text = String(decoding: log[start..<end], as: UTF8.self)
  return text.isEmpty ? nil : text
}
