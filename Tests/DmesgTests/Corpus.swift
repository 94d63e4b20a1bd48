import Foundation

/// Real logs of third parties, read where they are; see the README beside them.
enum Corpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/corpus")

  static let isPresent: Bool = {
    let isPresent = FileManager.default.fileExists(atPath: folder.appending(path: "s390x/labels.tsv").path)
    if !isPresent { print("no corpus at \(folder.path): its tests are skipped") }
    return isPresent
  }()

  /// A row of `labels.tsv`.
  struct Label {
    var number: String
    var kind: String
    var function: String
    var isTainted: Bool
    var isPanicked: Bool
    var reports: Int
    var title: String
  }

  static func labels() throws -> [Label] {
    let text = try String(contentsOf: folder.appending(path: "s390x/labels.tsv"), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Label(
        number: cells[0], kind: cells[3].replacing("_", with: "-"), function: cells[5], isTainted: cells[6] == "Y",
        isPanicked: cells[7] == "Y", reports: Int(cells[8]) ?? 0, title: cells[9])
    }
  }

  static func s390xLog(_ number: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: "s390x/\(number).log")))
  }

  /// A console log with the titles that count; no title means that there is nothing to find.
  struct General {
    var name: String
    var titles: [String]
    var type: String
    var isCorrupted: Bool
    var log: [UInt8]

    /// Reports of syzkaller's own programs and of other systems, which no parser of Linux logs can know.
    var isForeign: Bool {
      ["SYZFAIL", "SYZFATAL", "trusty:", "panic:"].contains { titles.first?.hasPrefix($0) == true }
    }

    /// `in corrupted` stands for a function that the source could not name; naming one of the trace is better.
    func accepts(_ title: String) -> Bool {
      if titles.contains(title) { return true }
      guard isCorrupted, let wanted = titles.first(where: { $0.hasSuffix(" in corrupted") }) else { return false }
      let start = wanted.dropLast("corrupted".count)
      let function = title.dropFirst(start.count)
      return title.hasPrefix(start) && !function.isEmpty && String(decoding: log, as: UTF8.self).contains(function)
    }
  }

  static func general() throws -> [General] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "general").path)
    return try names.filter { $0 != "LICENSE" }.sorted().map { name in
      try parse([UInt8](Data(contentsOf: folder.appending(path: "general/\(name)"))), name)
    }
  }

  private static func parse(_ raw: [UInt8], _ name: String) -> General {
    var lines = raw.filter { $0 != 0x0d }.split(separator: 0x0a, omittingEmptySubsequences: false)[...]
    var entry = General(name: name, titles: [], type: "", isCorrupted: false, log: [])
    while let line = lines.popFirst(), !line.isEmpty {
      let parts = String(decoding: line, as: UTF8.self).split(separator: ":", maxSplits: 1)
      let value = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
      switch parts[0] {
      case "TITLE", "ALT": if !value.isEmpty { entry.titles.append(value) }
      case "TYPE": entry.type = value
      case "CORRUPTED": entry.isCorrupted = value == "Y"
      default: break
      }
    }
    let end = lines.indices.first {
      $0 > lines.startIndex && lines[$0].elementsEqual("REPORT:".utf8) && lines[$0 - 1].isEmpty
    }
    entry.log = Array(lines[..<(end ?? lines.endIndex)].joined(separator: [0x0a]))
    return entry
  }
}
