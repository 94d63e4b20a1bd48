import Model

/// One mail of the input that has a patch, readable or not.
struct SeriesCandidate {
  var subject: String
  var tag: SubjectTag
  /// True if it answers another mail rather than posting the patch.
  var isReply: Bool
  var outcome: Result<MailedPatch, RequestError>

  var version: Int { tag.version ?? 1 }
}

/// Puts the mails of a posting in order.
struct SeriesBuilder {
  /// More notes than anybody reads are not taken.
  static let notesCap = 100

  let name: String
  private(set) var notes: [String]

  init(name: String, notes: [String]) {
    self.name = name
    self.notes = notes
  }

  /// The newest posting among the candidates, which are at least one.
  mutating func build(_ all: [SeriesCandidate]) throws(RequestError) -> PatchSeries {
    var chosen = withoutReplies(all)
    chosen = newest(chosen)
    chosen = numbered(chosen)
    chosen = try withoutDoubles(chosen)
    let total = try total(of: chosen)
    var patches: [MailedPatch] = []
    for candidate in chosen { patches.append(try candidate.outcome.get()) }
    let present = Set(chosen.compactMap(\.tag.number))
    let missing = total.map { total in Array((1...total).lazy.filter { !present.contains($0) }.prefix(1000)) } ?? []
    for number in missing.prefix(10) { notes.append("patch \(number)/\(total ?? 0) is not in \(name)") }
    return PatchSeries(
      name: name, version: chosen.map(\.version).max() ?? 1, total: total, patches: patches, missing: missing,
      notes: notes)
  }

  private mutating func withoutReplies(_ all: [SeriesCandidate]) -> [SeriesCandidate] {
    let postings = all.filter { !$0.isReply }
    guard !postings.isEmpty, postings.count < all.count else { return all }
    let count = all.count - postings.count
    notes.append(
      count == 1 ? "an answer with a patch in it was left out" : "\(count) answers with patches in them were left out")
    return postings
  }

  private mutating func newest(_ all: [SeriesCandidate]) -> [SeriesCandidate] {
    let version = all.map(\.version).max() ?? 1
    let older = Set(all.map(\.version)).subtracting([version]).sorted()
    guard !older.isEmpty else { return all }
    let names = older.map { "v\($0)" }.joined(separator: ", ")
    notes.append("v\(version) was taken; \(names) is there too and was left out")
    return all.filter { $0.version == version }
  }

  private mutating func numbered(_ all: [SeriesCandidate]) -> [SeriesCandidate] {
    var members = all.filter { $0.tag.number != nil }
    guard !members.isEmpty else { return all }
    for other in all where other.tag.number == nil && notes.count < Self.notesCap {
      notes.append("\"\(other.subject)\" has no number in the series and was left out")
    }
    // A cover letter may show a diff, but is no member.
    if members.contains(where: { $0.tag.number != 0 }) { members.removeAll { $0.tag.number == 0 } }
    let order = members.enumerated().sorted {
      ($0.element.tag.number ?? 0, $0.offset) < ($1.element.tag.number ?? 0, $1.offset)
    }
    return order.map(\.element)
  }

  private mutating func withoutDoubles(_ all: [SeriesCandidate]) throws(RequestError) -> [SeriesCandidate] {
    var result: [SeriesCandidate] = []
    for candidate in all {
      guard let last = result.last, let number = candidate.tag.number, last.tag.number == number else {
        result.append(candidate)
        continue
      }
      guard last.subject == candidate.subject else {
        throw RequestError(
          "\(name) holds two patches \(number) of v\(candidate.version): \"\(last.subject)\" and "
            + "\"\(candidate.subject)\"", advice: "Give the mails of one series at a time.")
      }
      let same = Self.diff(last) != nil && Self.diff(last) == Self.diff(candidate)
      let taken = same ? "; the first was taken" : " with different changes; the last was taken"
      if notes.count < Self.notesCap { notes.append("patch \(number) is there twice" + taken) }
      if !same { result[result.count - 1] = candidate }
    }
    return result
  }

  private static func diff(_ candidate: SeriesCandidate) -> [UInt8]? { try? candidate.outcome.get().diff }

  private func total(of members: [SeriesCandidate]) throws(RequestError) -> Int? {
    let totals = Set(members.compactMap(\.tag.total)).sorted()
    guard totals.count > 1 else { return totals.first }
    throw RequestError(
      "\(name) holds series of \(totals.map(String.init).joined(separator: " and ")) patches of one version",
      advice: "Give the mails of one series at a time.")
  }
}
