import Foundation
import HostTools

extension DebianArchive {
  func update(_ sources: [DebianSource], cleanup: Bool) async throws -> ToolOutput {
    try write(sources, to: "update.list")
    let arguments =
      [
        "update", "-q", "--error-on=any", "-o", "APT::Get::List-Cleanup=\(cleanup)",
        "-o", "Dir::Etc::sourcelist=\(root.appending(path: "update.list").path)",
      ] + Self.impatience
    return try await apt("apt-get", arguments, to: "refresh the lists of Debian \(release)").result()
  }

  /// Fetches the lists of a source under the release's other name: the suite of a code name, and the other way round.
  /// - Returns: that source; nil when it has none, or is another release, or its lists do not fit together either.
  func fetchOther(than source: DebianSource) async throws -> DebianSource? {
    // Nothing here is trusted: it only says what to ask for.
    let names = try await releaseFile(of: source).map { ReleaseFile($0) }
    let guesses = Self.isKnown(source.suite) ? Self.otherNames(of: source.suite) : []
    let suites = names?.otherName(than: source.suite).map { [$0] } ?? guesses
    var found: DebianSource?
    for suite in suites where found == nil {
      let other = source.renamed(suite)
      guard let text = try await releaseFile(of: other), ReleaseFile(text).names.contains(source.suite) else {
        continue
      }
      found = other
    }
    guard let other = found, try await update([other], cleanup: false).code == 0,
      let signed = keptReleaseFile(of: other), ReleaseFile(signed).names.contains(source.suite)
    else { return nil }
    return other
  }

  /// Adds the lists of the release under its other name, for versions that the mirror still has.
  /// - Returns: false when there are none, or they were there before.
  /// - Throws: ``LabError`` without a mirror or a disk to keep them on.
  package func widen() async throws -> Bool {
    try await locked {
      guard let lists = try await otherLists(), !lists.all.contains(lists.other) else { return false }
      try write(lists.all + lists.other, to: "sources.list")
      return true
    }
  }

  /// Lists of sources to try where the one at hand names versions that the mirror lacks: with the release's lists under
  /// its other name, then with those alone, without the ones under its own name.
  func olderLists() async throws -> [String] {
    guard let lists = try await otherLists() else { return [] }
    let wide = lists.all.contains(lists.other) ? lists.all : lists.all + lists.other
    let narrow = wide.replacing(lists.own, with: "")
    return (wide == lists.all ? [] : [wide]) + (narrow == wide ? [] : [narrow])
  }

  /// List of sources that apt reads (sources.list(5)).
  var sourcesList: URL { root.appending(path: "sources.list") }

  // The list of sources, the release's line in it, and the line for its other name; nil when it has no other lists.
  private func otherLists() async throws -> (all: String, own: String, other: String)? {
    let main = sources(of: try await findMirror())[0]
    guard let all = try? String(contentsOf: sourcesList, encoding: .utf8), let other = try await fetchOther(than: main)
    else { return nil }
    func line(_ source: DebianSource) -> String { source.line(architecture: architecture, keyring: keyring) }
    return (all, line(main), line(other))
  }

  /// Dates of a source's lists: when they were made and expire, by their Release file; nil where it does not say.
  func dates(of source: DebianSource) -> (date: Date?, validUntil: Date?) {
    let file = ReleaseFile(keptReleaseFile(of: source) ?? "")
    return (file.date("Date"), file.date("Valid-Until"))
  }

  // As apt has verified it.
  private func keptReleaseFile(of source: DebianSource) -> String? {
    let lists = root.appending(path: "lists")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: lists.path)) ?? []
    let ending = "_dists_\(source.suite)_"
    let name = names.first { $0.hasSuffix(ending + "InRelease") } ?? names.first { $0.hasSuffix(ending + "Release") }
    return name.flatMap { try? String(decoding: Data(contentsOf: lists.appending(path: $0)), as: UTF8.self) }
  }
}

/// A Release file of an archive's suite, with a signature around it or not.
struct ReleaseFile {
  private var fields: [Substring: Substring] = [:]

  init(_ text: String) {
    // Checksums, which fill the rest, are indented.
    for line in text.split(separator: "\n") where line.first != " " {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[line[..<colon]] = fields[line[..<colon]] ?? line[line.index(after: colon)...].drop { $0 == " " }
    }
  }

  /// Code name and suite.
  var names: [String] { ["Codename", "Suite"].compactMap { fields[$0] }.map(String.init) }

  /// The suite's other name; nil when it has none that can stand in a sources list.
  func otherName(than name: String) -> String? { names.first { $0 != name && isPackageName($0) } }

  /// A date such as `Fri, 06 Nov 2026 08:08:01 UTC`; nil when the field is missing or none.
  func date(_ field: Substring) -> Date? {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return fields[field].flatMap { format.date(from: String($0)) }
  }
}
