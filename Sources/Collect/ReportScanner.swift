import Dmesg
package import Foundation
import KernelLogs
package import Model

/// Facts about a log that it does not carry itself.
package struct LogContext: Sendable, Hashable {
  /// Path or transport, as sightings keep it.
  package var origin: String
  /// Name of the machine; where the log's own lines name one, that counts.
  package var host = ""
  package var kernel = ""
  package var boot = ""
  /// A moment at or after the last line.
  package var time: Date
  /// The moment at which the kernel's clock was 0; nil when it is not known.
  package var bootTime: Date?

  package init(origin: String, time: Date) {
    self.origin = origin
    self.time = time
  }
}

/// Turns one log into sightings: the text goes through the containers of ``LogUnpacking`` into the parser.
package final class ReportScanner {
  /// Sightings that are taken from one log: a hostile one can hold more than a disk.
  package static let most = 10_000
  private static let excerptLines = 400

  private let context: LogContext
  private let filter: ReportFilter
  private var unpacking = LogUnpacking()

  /// - Parameter window: bytes of text behind the last one in which reports are found again.
  package init(_ context: LogContext, window: Int = 1 << 20) {
    self.context = context
    filter = ReportFilter(window: window)
  }

  /// Takes the next bytes of the log, packed or not.
  package func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
    unpacking.feed(bytes) { [filter] in filter.take($0) }
  }

  /// Takes text that is in no container.
  package func feed(text: String) {
    var text = text
    text.withUTF8 { filter.take($0) }
  }

  /// A report has begun and more of it is expected.
  package var isInsideReport: Bool { filter.parser.isInsideReport }

  /// Ends an open report, for nothing more of it has come for a while.
  package func settle() { filter.settle() }

  /// Ends the log.
  package func finish() {
    unpacking.finish { [filter] in filter.take($0) }
    filter.settle()
  }

  /// Sightings that became complete since the last call.
  package func takeSightings() -> [FieldSighting] {
    let isCollection = unpacking.isCollection
    let found = filter.takeReports().filter { !isCollection || !$0.finding.isUnexpectedReboot }
    return found.map { sighting($0) }
  }

  private func sighting(_ report: ReportFilter.Report) -> FieldSighting {
    let finding = report.finding
    let boots = filter.parser.boots
    let boot = boots.last { $0.line <= finding.firstLine && !$0.release.isEmpty }
    let kernel = finding.kernel ?? boot?.release ?? filter.parser.kernel ?? context.kernel
    let line = ReportLine(
      report.excerpt.prefix { $0 != "\n" }, before: report.before.split(separator: "\n"), reference: context.time)
    let host = line.host ?? context.host
    let stamp = line.micros.flatMap { $0 > 0 ? $0 : nil }
    let ticks = context.bootTime.flatMap { start in stamp.map { start + Double($0) / 1_000_000 } }
    return FieldSighting(
      key: filter.key(of: report, host: host, stamp: stamp), finding: capped(finding), host: name(host),
      kernel: name(kernel), boot: line.boot ?? context.boot, seen: line.time ?? ticks ?? context.time,
      origin: String(context.origin.prefix(1000)), excerpt: report.excerpt)
  }

  private func name(_ text: String) -> String {
    String(text.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(128).map(Character.init))
  }

  private func capped(_ finding: Finding) -> Finding {
    var finding = finding
    finding.frames = Array(finding.frames.prefix(64))
    finding.title = String(finding.title.prefix(300))
    finding.message = String(finding.message.prefix(1000))
    return finding
  }
}

/// Parser of the text with the newest lines beside it.
final class ReportFilter {
  struct Report {
    let finding: Finding
    let excerpt: String
    /// Lines in front of it.
    let before: String
  }

  private(set) var parser = DmesgParser()
  private var window: TextWindow
  private var reports: [Report] = []
  private var count = 0
  /// Equal reports without a stamp, by what they have in common.
  private var copies: [String: Int] = [:]

  init(window: Int) { self.window = TextWindow(limit: window) }

  func take(_ text: UnsafeBufferPointer<UInt8>) {
    window.append(text)
    keep(parser.feed(buffer: text))
    window.trim()
  }

  func settle() { keep(parser.finish()) }

  private func keep(_ findings: [Finding]) {
    for finding in findings.sorted(by: { $0.firstLine < $1.firstLine }) where count < ReportScanner.most {
      count += 1
      let lines = finding.firstLine...max(finding.firstLine, min(finding.lastLine, finding.firstLine + 400))
      let before = finding.firstLine > 1 ? window.lines(max(1, finding.firstLine - 30)...(finding.firstLine - 1)) : []
      reports.append(
        Report(
          finding: finding, excerpt: excerpt(window.lines(lines)),
          before: String(decoding: before.suffix(8 << 10), as: UTF8.self)))
    }
  }

  /// The first three quarters of what may be kept, and the end.
  private func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
    let limit = FieldSighting.excerptLimit / 2  // Each byte that is no UTF-8 becomes three.
    func text(_ bytes: ArraySlice<UInt8>) -> String {
      String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\u{fffd}").replacing("\r\n", with: "\n")
    }
    let whole = text(bytes)
    guard whole.utf8.count > FieldSighting.excerptLimit else { return whole }
    let (head, tail) = (limit / 8 * 5, limit / 8 * 2)
    return text(bytes.prefix(head)) + "\n[...]\n" + text(bytes.suffix(tail))
  }

  func takeReports() -> [Report] {
    defer { reports = [] }
    return reports
  }

  /// Name of a report in every copy of its log. A stamp and the reason line are the same in any form of the log; without
  /// a stamp the text decides, and the count of equal ones before it.
  func key(of report: Report, host: String, stamp: Int64?) -> String {
    var print = Fingerprint()
    print.add(host)
    if let stamp {
      print.add(String(stamp))
      print.add(report.finding.message)
      return print.text
    }
    print.add(report.excerpt)
    let copy = copies[print.text, default: 0]
    copies[print.text] = copy + 1
    if copy > 0 { print.add(String(copy)) }
    return print.text
  }
}
