extension PatchRejected {
  /// All but what to do next; the first line says what was attempted, on what, and why it failed.
  var explanation: String {
    var lines = ["cannot apply \(title) to \(ShownLine.escaped(tree)): \(summary)"]
    for file in files { lines += file.report }
    if let others { lines.append("  " + others) }
    return lines.joined(separator: "\n")
  }

  // Said only where each file was looked at: a refused one ends the search.
  private var others: String? {
    let count = fileCount - files.count
    let isRefused = files.contains { if case .refused = $0.fault { true } else { false } }
    guard count > 0, files.count < FileRejection.filesShown, !isRefused else { return nil }
    return count == 1 ? "the other file fits" : "the other \(count) files fit"
  }

  private var title: String {
    let place = total > 1 ? "patch \(number)/\(total)" : "the patch"
    return "\(place) of \(ShownLine.escaped(series)), \"\(ShownLine.escaped(subject))\""
  }

  private var summary: String {
    if isAlreadyApplied, files.count == fileCount { return "the tree has it already" }
    let failed = files.map(\.failedCount).reduce(0, +)
    if failed == 0 || files.contains(where: { $0.fault != .hunks }) {
      return fileCount == 1
        ? "its file cannot be changed" : "\(files.count) of its \(fileCount) files cannot be changed"
    }
    return
      (failed == hunkCount ? "none of its hunks fits" : "\(failed) of its \(hunkCount) hunks \(Self.unfit(failed))")
      + cause
  }

  fileprivate static func unfit(_ count: Int) -> String { count == 1 ? "does not fit" : "do not fit" }

  // What the lines that the patch adds and removes say about all of it.
  private var cause: String {
    if files.contains(where: \.isPartlyApplied) { return ", and part of what they do is in the tree already" }
    let progress = files.compactMap(\.progress)
    let isGone = progress.map(\.removed).reduce(0, +) > 0 && progress.map(\.removedThere).reduce(0, +) == 0
    return isGone ? ", and what they remove is not in the tree" : ""
  }

  /// Advice for the next step.
  package var advice: String {
    if isAlreadyApplied { return "Leave the patch out, or take the source as it was before it." }
    if !missing.isEmpty {
      let list = missing.prefix(5).map(String.init).joined(separator: ", ")
      return "It may build on what the mail lacks: give the whole series, with \(list) of \(total)."
    }
    if files.contains(where: \.isPartlyApplied) {
      return "Another version of the change seems to be in the tree: look there first, or take the source before it."
    }
    if let blob = files.lazy.filter({ $0.threeWay == .noRepository }).compactMap(\.wantedBlob).first {
      return "Take the source that the patch was made for, or a git tree that has the blob \(ShownLine.escaped(blob))."
    }
    if files.contains(where: { if case .conflicts = $0.threeWay { true } else { false } }) {
      return "The same lines have changed since: take the source that the patch was made for, or rework the patch."
    }
    if files.allSatisfy({ if case .refused = $0.fault { true } else { false } }) {
      return "`zlab patch show` prints the patch as it was read."
    }
    return "Take the source that the patch was made for, or apply first what it builds on."
  }
}

extension FileRejection {
  fileprivate var report: [String] {
    let path = ShownLine.escaped(path, longest: 300)
    switch fault {
    case .alreadyApplied: return ["  \(path) has the change already"]
    case .exists: return ["  \(path) is there already, with other content than the patch creates"]
    case .refused(let clause): return ["  \(path) \(ShownLine.escaped(clause, longest: 400))"]
    case .missing(let elsewhere): return ["  \(path) does not exist" + Self.hint(elsewhere)]
    case .hunks: return ["  \(path): \(count) \(PatchRejected.unfit(failedCount))"] + details
    }
  }

  private var count: String { hunkCount == 1 ? "its hunk" : "\(failedCount) of its \(hunkCount) hunks" }

  private static func hint(_ elsewhere: [String]) -> String {
    guard !elsewhere.isEmpty else { return ", nor does another file of its name" }
    return ", but " + elsewhere.map { ShownLine.escaped($0, longest: 300) }.joined(separator: " and ")
  }

  private var details: [String] {
    var lines = hunks.flatMap(\.report)
    if failedCount > hunks.count { lines.append("    and \(failedCount - hunks.count) more hunks") }
    if let clause = progress?.clause { lines.append("    " + clause) }
    if let clause = provenance { lines.append("    " + clause) }
    return lines
  }

  private var provenance: String? {
    guard let wantedBlob else { return threeWay == .unnamed ? "the mail does not say which blob it was made for" : nil }
    let wanted = ShownLine.escaped(wantedBlob)
    let here = treeBlob.map { ", and this file is \($0.prefix(wantedBlob.count))" } ?? ""
    return "the patch was made for the blob \(wanted)\(here)" + merging
  }

  private var merging: String {
    switch threeWay {
    case nil, .unnamed: ""
    case .noRepository: "; to merge the two takes a git repository that has the former"
    case .noBlob: "; the repository does not have the former, so they cannot be merged"
    case .foreignBlob: "; but it does not fit that blob either"
    case .repeated: "; merging the two would add lines that this file has already"
    case .conflicts(let count): "; merging the two leaves \(count) conflict\(count == 1 ? "" : "s")"
    }
  }
}

extension ChangeProgress {
  fileprivate var clause: String? {
    let additions = "the file has \(addedThere) of the \(added) lines that these hunks add"
    let removals = "\(removedThere == 0 ? "none" : "\(removedThere)") of the \(removed) that they remove"
    if isPartlyThere { return removed > 0 ? "\(additions), and \(removals)" : additions }
    guard removed > 0, removedThere == 0 else { return nil }
    let gone = removed == 1 ? "not the line" : "none of the \(removed) lines"
    return "the file has \(gone) that these hunks remove"
  }
}

extension HunkRejection {
  fileprivate var report: [String] {
    let head = "    hunk \(hunk)\(section.isEmpty ? "" : " in \(section)"), at line \(mailLine) of the mail,"
    switch fault {
    case .alreadyApplied(let line): return ["\(head) is in the file already, at line \(line)"]
    case .notAtBeginning(let line): return ["\(head) is for the file's beginning, but its lines stand at line \(line)"]
    case .notAtEnd(let line): return ["\(head) is for the file's end, but its lines stand at line \(line)"]
    case .taken(let line): return ["\(head) has its lines at line \(line), where an earlier hunk was put"]
    case .notSearched: return ["\(head) cannot be looked for: the file repeats itself too much"]
    case .nowhere(let expected): return ["\(head) has no line in common with the file; it begins with \"\(expected)\""]
    case .closest(let place):
      return ["\(head) resembles line \(place.line) most, where \(place.matched) of \(place.of) lines match:"]
        + place.report
    }
  }
}

extension ClosestPlace {
  // Indentation says nothing to a reader, unless it is all that differs.
  fileprivate var report: [String] {
    let isIndent = trimmed(expected) == found.map(trimmed)
    let wanted = isIndent ? expected : trimmed(expected)
    let there =
      found.map { "\"\(isIndent ? $0 : trimmed($0))\"" } ?? "nothing, for the file \(foundLine > 1 ? "ends" : "begins")"
    let label = "line \(max(1, foundLine)) has"
    return [
      "      the patch has".padded(to: label.count + 7) + "\"\(wanted)\"", "      " + label.padded(to: 14) + there,
    ]
  }

  private func trimmed(_ line: String) -> String {
    String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
