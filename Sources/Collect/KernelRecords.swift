import Dmesg
import Foundation
import Model

/// One message of a kernel with its place in a journal or ring buffer.
struct KernelRecord {
  /// Of the journal; of a ring buffer boot and clock.
  var cursor: String
  var boot: String
  var micros: Int64
  var time: Date?
  var host: String
  var text: String

  /// As dmesg(1) prints it, each of its lines with the stamp.
  var lines: String {
    let fraction = String(micros % 1_000_000 + 1_000_000).dropFirst()
    let seconds = String(micros / 1_000_000)
    let stamp = "[" + String(repeating: " ", count: max(0, 5 - seconds.count)) + seconds + "." + fraction + "] "
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { stamp + $0 + "\n" }.joined()
  }
}

/// Records of `journalctl -o json` and `dmesg --json`.
enum RecordReading {
  /// A line of `journalctl -o json`; nil for what is none, or carries no kernel clock.
  static func journal(_ line: some StringProtocol) -> KernelRecord? {
    let line = Array(line.utf8)[...]
    guard line.first == UInt8(ascii: "{"), let cursor = JSONText.field("__CURSOR", of: line),
      let text = JSONText.field("MESSAGE", of: line)
    else { return nil }
    let clock =
      JSONText.field("_SOURCE_MONOTONIC_TIMESTAMP", of: line) ?? JSONText.field("__MONOTONIC_TIMESTAMP", of: line)
    let real = JSONText.field("__REALTIME_TIMESTAMP", of: line).flatMap { Double($0) }
    return KernelRecord(
      cursor: cursor, boot: JSONText.field("_BOOT_ID", of: line) ?? "", micros: clock.flatMap { Int64($0) } ?? 0,
      time: real.map { Date(timeIntervalSince1970: $0 / 1_000_000) }, host: JSONText.field("_HOSTNAME", of: line) ?? "",
      text: text)
  }

  /// The ring buffer, from `dmesg --json`.
  static func ring(_ data: Data, boot: String) -> [KernelRecord]? {
    struct Ring: Decodable {
      struct Message: Decodable {
        var time: Double
        var msg: String
      }
      var dmesg: [Message]
    }
    guard let ring = try? JSONDecoder().decode(Ring.self, from: data) else { return nil }
    return ring.dmesg.map { message in
      let micros = Int64((min(max(message.time, 0), 1e12) * 1_000_000).rounded())
      return KernelRecord(
        cursor: "\(boot) \(micros)", boot: boot, micros: micros, time: nil, host: "", text: message.msg)
    }
  }
}

/// Sightings of records in their order, and where to go on the next time.
struct RecordBatch {
  var sightings: [FieldSighting] = []
  /// The last record at which no report was open: the next time begins behind it, so that each report is read whole.
  var cursor: String?

  /// - Parameter context: for all of them; `bootTime` is used for records without a time.
  init(_ records: [KernelRecord], _ context: LogContext) {
    var scanner: ReportScanner?
    var boot: String?
    func end() {
      scanner?.finish()
      sightings += scanner?.takeSightings() ?? []
      scanner = nil
    }
    for record in records {
      if scanner == nil || record.boot != boot {
        end()
        boot = record.boot
        var own = context
        own.boot = record.boot
        if let time = record.time { own.bootTime = time - Double(record.micros) / 1_000_000 }
        if own.host.isEmpty { own.host = record.host }
        scanner = ReportScanner(own)
      }
      scanner?.feed(text: record.lines)
      if scanner?.isInsideReport == false { cursor = record.cursor }
    }
    end()
    // A log in which nothing but reports comes must go on, too.
    cursor = cursor ?? records.last?.cursor
  }
}
