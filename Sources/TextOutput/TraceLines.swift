package import Model

/// The reason and the decoded call trace of a finding, in the order in which a kernel prints them.
///
/// - Parameter most: frames that are told; how many more there were is said.
package func traceLines(_ finding: Finding, most: Int = 16) -> [String] {
  var lines = [finding.message]
  var who: [String] = []
  if let cpu = finding.cpu { who.append("CPU: \(cpu)") }
  if let pid = finding.pid { who.append("PID: \(pid)") }
  if let comm = finding.comm { who.append("Comm: \(comm)") }
  if let tainted = finding.tainted { who.append(tainted ? "Tainted: \(finding.taint ?? "")" : "Not tainted") }
  if let kernel = finding.kernel { who.append(kernel) }
  if !who.isEmpty { lines.append(who.joined(separator: " ")) }
  if !finding.frames.isEmpty { lines.append("Call Trace:") }
  lines += finding.frames.prefix(most).map { " " + frameText($0) }
  if finding.frames.count > most { lines.append(" ... and \(finding.frames.count - most) more") }
  return lines.map { oneBlankLine($0) }
}

/// On one line and harmless, with the blanks it begins with.
private func oneBlankLine(_ text: String) -> String {
  let blanks = text.prefix { $0 == " " }
  return blanks + oneLine(text, width: 200)
}

/// The same as one text, every line of it cut where it is too long to read.
package func traceText(_ finding: Finding) -> String { traceLines(finding, most: 40).joined(separator: "\n") }
