package import Model

/// A finding below its title, indented by two.
///
/// - Parameter log: the name of the log whose lines are told.
package func details(_ finding: Finding, log: String) -> String {
  var lines: [String] = []
  if finding.message != finding.title { lines.append(finding.message) }
  if let location = finding.location, !hasWord(finding.message, beginning: location) { lines.append("at \(location)") }
  lines.append(circumstances(finding))
  if !finding.frames.isEmpty {
    lines.append("call trace:")
    lines += finding.frames.prefix(24).map { "  " + frameText($0) }
    if finding.frames.count > 24 { lines.append("  and \(finding.frames.count - 24) more") }
  }
  let defects = [finding.truncated ? "cut" : nil, finding.interleaved ? "interleaved" : nil].compactMap { $0 }
  let remark = defects.isEmpty ? "" : " (\(defects.joined(separator: ", ")))"
  lines.append("signature \(finding.signature), lines \(finding.firstLine) to \(finding.lastLine) of \(log)\(remark)")
  return lines.map { "  " + escapedForTerminal($0) }.joined(separator: "\n")
}

private func hasWord(_ text: String, beginning start: String) -> Bool {
  text.utf8.split(separator: 0x20).contains { $0.starts(with: start.utf8) }
}

private func circumstances(_ finding: Finding) -> String {
  var words: [String] = []
  if let cpu = finding.cpu { words.append("CPU \(cpu)") }
  if let comm = finding.comm { words.append(finding.pid.map { "\(comm)[\($0)]" } ?? comm) }
  if let tainted = finding.tainted { words.append(tainted ? "tainted \(finding.taint ?? "")" : "not tainted") }
  if let kernel = finding.kernel { words.append("kernel \(kernel)") }
  if let arch = finding.arch { words.append(arch) }
  if finding.fatal { words.append("fatal") }
  return words.isEmpty ? finding.kind.rawValue : finding.kind.rawValue + ": " + words.joined(separator: ", ")
}

/// A frame as a line of a call trace.
package func frameText(_ frame: Frame) -> String {
  var text = frame.name
  if let offset = frame.offset { text += "+0x" + String(offset, radix: 16) }
  if frame.isInlined { text += " inlined" }
  if let module = frame.module { text += " [\(module)]" }
  if let source = frame.source { text += " (\(source))" }
  if frame.isMisplaced { text += ", which does not call the frame above" }
  return text
}
