import Model

/// Reads a diff's files and hunks out of lines whose marks and blanks are right.
struct DiffReader {
  /// Maximum number of steps of all searches over one input; a damaged hunk of 500 lines takes some thousands.
  static let effort = 4_000_000
  // So that one hunk's steps fit into memory, at some 100 bytes each.
  private static let effortOfHunk = 1_000_000

  private(set) var files: [PatchedFile] = []
  private(set) var repairs: [PatchRepair] = []
  /// True if lines were put together with a blank that may have been another.
  private(set) var guessedBlanks = false
  /// Remainder of ``effort``.
  private(set) var effort: Int

  private var lines: [DiffLine]
  private var index = 0
  private let readings: HunkReadings
  private let place: MailPlace

  init(_ lines: [DiffLine], isStuffed: Bool, place: MailPlace, effort: Int) {
    self.lines = lines
    self.place = place
    self.effort = effort
    readings = HunkReadings(isStuffed: isStuffed)
  }

  mutating func read() throws(RequestError) {
    while index < lines.count {
      let line = lines[index].bytes
      if DiffMarks.isFileStart(line) {
        try readFile(try gitFile())
      } else if HunkEnd.startsFile(lines, at: index) {
        try readFile(PatchedFile(headers: [], isGit: false, hunks: [], binary: []))
      } else if HunkEnd.startsHeadless(lines, at: index) {
        try readFile(headlessFile())
      } else if DiffMarks.isHunk(line) {
        throw place.error("the hunk", at: lines[index].number, "stands below no file name")
      } else {
        index += 1
      }
    }
  }

  private mutating func gitFile() throws(RequestError) -> PatchedFile {
    let number = lines[index].number
    let start = GitFileLine(lines, at: index)
    guard let names = start.names else {
      throw place.error("the `diff --git` line", at: number, "does not name two files")
    }
    if start.taken > 1 {
      repairs.append(PatchRepair(.wrappedLine, line: number, action: "joined the broken file line"))
    }
    if !start.headers.isEmpty {
      repairs.append(PatchRepair(.wrappedLine, line: number, action: "parted the file line from what was joined to it"))
    }
    index += start.taken
    let paths = DiffPath.stripped(old: names.old, new: names.new)
    var file = PatchedFile(oldPath: paths.old, newPath: paths.new, headers: [], isGit: true, hunks: [], binary: [])
    for header in start.headers { ExtendedHeader.apply(header, to: &file) }
    return file
  }

  /// A file of which a reviewer left only one of the two lines that name it.
  private mutating func headlessFile() -> PatchedFile {
    let number = lines[index].number
    let named = DiffPath.named(by: lines[index].bytes)
    index += 1
    let action = "took the file's name from the one line that is left of its head"
    repairs.append(PatchRepair(.lostHeader, line: number, action: action))
    let path = DiffPath.stripped(old: named.name, new: named.name).new
    let known = named.exists ? path : nil
    return PatchedFile(oldPath: known, newPath: known, headers: [], isGit: false, hunks: [], binary: [])
  }

  private mutating func readFile(_ begun: PatchedFile) throws(RequestError) {
    var file = begun
    let first = lines[max(0, index - (begun.isGit ? 1 : 0))].number
    readExtendedHeaders(&file)
    if begun.oldPath == nil && begun.newPath == nil || begun.isGit, HunkEnd.startsFile(lines, at: index) {
      readNames(&file)
    }
    for path in [file.oldPath, file.newPath] {
      guard let path, let fault = DiffPath.fault(path) else { continue }
      throw place.error("the file name \"\(path.prefix(200))\"", at: first, fault)
    }
    guard file.oldPath != nil || file.newPath != nil else {
      throw place.error("the file", at: first, "is /dev/null on both sides")
    }
    readBinary(&file)
    while let next = nextHunk() {
      noteSkipped(to: next, below: file)
      index = next
      try readHunk(&file)
    }
    if index < lines.count, lines[index].bytes.hasPrefix("@@@ -") {
      throw place.error("the combined diff of a merge", at: lines[index].number, "cannot be applied")
    }
    if file.hunks.isEmpty, file.binary.isEmpty, file.headers.allSatisfy({ $0.hasPrefix("index ") }) {
      throw place.error("the change of \(file.path)", at: first, "has no hunk")
    }
    files.append(file)
  }

  private mutating func readExtendedHeaders(_ file: inout PatchedFile) {
    guard file.isGit else { return }
    while index < lines.count {
      let line = String(decoding: lines[index].bytes.prefix(5000).trimmedEnd, as: UTF8.self)
      guard ExtendedHeader.names.contains(where: { line.hasPrefix($0) }) else { return }
      ExtendedHeader.apply(line, to: &file)
      index += 1
    }
  }

  private mutating func readNames(_ file: inout PatchedFile) {
    let old = DiffPath.named(by: lines[index].bytes)
    let new = DiffPath.named(by: lines[index + 1].bytes)
    index += 2
    if file.isGit { return correct(&file, by: old, new) }
    // A name that stands for no file cannot tell the prefix, so the other one stands for both.
    let oldName = old.exists ? old.name : new.name
    let newName = new.exists ? new.name : old.name
    let paths = DiffPath.stripped(old: oldName, new: newName)
    file.oldPath = old.exists ? paths.old : nil
    file.newPath = new.exists ? paths.new : nil
  }

  /// Fallback for damaged names: where the names of a git line disagree without a rename, it was damaged, and these
  /// lines tell them too.
  private func correct(
    _ file: inout PatchedFile, by old: (name: String, exists: Bool), _ new: (name: String, exists: Bool)
  ) {
    guard let first = file.oldPath, let second = file.newPath, first != second, old.exists, new.exists,
      !file.headers.contains(where: { $0.contains(" from ") })
    else { return }
    let paths = DiffPath.stripped(old: old.name, new: new.name)
    if paths.old == paths.new { (file.oldPath, file.newPath) = (paths.old, paths.new) }
  }

  private mutating func readBinary(_ file: inout PatchedFile) {
    guard index < lines.count, lines[index].bytes.hasPrefix("GIT binary patch") else { return }
    while index < lines.count, !DiffMarks.isBoundary(lines[index].bytes), !DiffMarks.isSignature(lines[index].bytes) {
      file.binary.append(Array(lines[index].bytes))
      index += 1
    }
  }

  // The lines between hunks may be somebody's words, but those below the patch's end belong to nothing.
  private func nextHunk() -> Int? {
    var next = index
    while next < lines.count {
      let line = lines[next].bytes
      if DiffMarks.isHunk(line) { return next }
      if DiffMarks.isBoundary(line) || DiffMarks.isSignature(line) || HunkEnd.startsFile(lines, at: next)
        || HunkEnd.startsHeadless(lines, at: next)
      {
        return nil
      }
      next += 1
    }
    return nil
  }

  private mutating func noteSkipped(to next: Int, below file: PatchedFile) {
    guard next > index else { return }
    let isBlank = lines[index..<next].allSatisfy { $0.bytes.allSatisfy(\.isBlank) }
    let count = next - index == 1 ? "a line" : "\(next - index) lines"
    repairs.append(
      PatchRepair(
        isBlank ? .strayBlank : .comments, file: file.path, hunk: file.hunks.count, line: lines[index].number,
        action: "left out \(count) between the hunk and the next"))
  }

  private mutating func readHunk(_ file: inout PatchedFile) throws(RequestError) {
    let number = file.hunks.count + 1
    guard let head = DiffMarks.readHunk(lines[index].bytes) else {
      throw place.error("hunk \(number) of \(file.path)", at: lines[index].number, "has no readable head")
    }
    if let last = file.hunks.last, head.oldStart < last.oldStart + last.oldCount {
      throw place.error(
        "hunk \(number) of \(file.path)", at: lines[index].number, "begins before the end of the hunk above it")
    }
    let room = (lines.count - index) * 3
    guard head.oldCount <= room, head.newCount <= room, head.oldCount > 0 || head.newCount > 0 else {
      throw place.error(
        "hunk \(number) of \(file.path)", at: lines[index].number,
        "promises \(head.oldCount) old and \(head.newCount) new lines, which the mail does not hold")
    }
    let result = try readLines(of: head, number, file.path)
    if let bad = result.hunk.lines.firstIndex(where: { $0.bytes.contains(0) }) {
      throw place.error(
        "hunk \(number) of \(file.path)", at: result.hunk.mailLine, "has a NUL byte in its line \(bad + 1)")
    }
    accept(result, into: &file)
  }

  // Apart from its caller, so that no copy of the lines is alive when one of them changes.
  private mutating func readLines(
    of head: DiffMarks.Hunk, _ number: Int, _ path: String
  ) throws(RequestError) -> HunkReader.Result {
    let reader = HunkReader(lines: lines, start: index, head: head, file: path, number: number, readings: readings)
    if let straight = reader.readStraight() { return straight }
    let exact = reader.readStraight(isExact: true)
    do throws(RequestError) {
      let found = try search(reader)
      // Lines that fit the counts as they stand are more likely than any that must be put together.
      if let exact, found.hasMarkedJoin { return exact }
      return found
    } catch {
      if let exact { return exact }
      throw error
    }
  }

  private mutating func search(_ reader: HunkReader) throws(RequestError) -> HunkReader.Result {
    var search = HunkSearch(
      lines, from: index + 1, header: lines[index].bytes, old: reader.head.oldCount, new: reader.head.newCount,
      readings: readings)
    var allowance = min(effort, Self.effortOfHunk)
    let before = allowance
    let found = search.run(effort: &allowance)
    effort -= before - allowance
    if let found { return reader.build(found) }
    let stop = min(index + 1 + search.reach, lines.count - 1)
    let counts = "\(reader.head.oldCount) old and \(reader.head.newCount) new lines"
    let reason = effort <= 0 ? "the mail is too damaged to try all readings" : "no reading of the lines gives that many"
    throw place.error(
      "hunk \(reader.number) of \(reader.file)", at: lines[index].number,
      "promises \(counts), and \(reason); it can be followed to line \(lines[stop].number)")
  }

  private mutating func accept(_ result: HunkReader.Result, into file: inout PatchedFile) {
    file.hunks.append(result.hunk)
    repairs += result.repairs
    guessedBlanks = guessedBlanks || result.guessedBlanks
    index += result.taken
    if let remainder = result.remainder {
      index -= 1
      lines[index].bytes = remainder
    } else if index < lines.count, let next = DiffMarks.afterBlanks(lines[index].bytes) {
      let action = "parted a blank line that the hunk does not count from what follows"
      repairs.append(
        PatchRepair(.strayBlank, file: file.path, hunk: file.hunks.count, line: lines[index].number, action: action))
      lines[index].bytes = next
    }
  }
}

/// The lines between `diff --git` and the hunks, as git's own documentation of diff formats lists them.
enum ExtendedHeader {
  static let names = [
    "index ", "new file mode ", "deleted file mode ", "old mode ", "new mode ", "similarity index ",
    "dissimilarity index ", "rename from ", "rename to ", "copy from ", "copy to ",
  ]

  static func apply(_ line: String, to file: inout PatchedFile) {
    file.headers.append(line)
    if line.hasPrefix("index ") {
      let blobs = line.dropFirst(6).prefix { $0 != " " }.split(separator: ".")
      guard blobs.count == 2, blobs.allSatisfy({ 7...64 ~= $0.count && $0.allSatisfy(\.isHexDigit) }) else { return }
      file.oldBlob = String(blobs[0])
      file.newBlob = String(blobs[1])
    } else if line.hasPrefix("new file mode ") {
      file.oldPath = nil
    } else if line.hasPrefix("deleted file mode ") {
      file.newPath = nil
    } else if line.hasPrefix("rename from ") || line.hasPrefix("copy from ") {
      file.oldPath = path(line)
    } else if line.hasPrefix("rename to ") || line.hasPrefix("copy to ") {
      file.newPath = path(line)
    }
  }

  private static func path(_ line: String) -> String {
    let words = line.split(separator: " ", maxSplits: 2)
    return words.count == 3 ? String(words[2]) : ""
  }
}

/// Position of a text, for what is said about its lines.
struct MailPlace {
  /// The input, as the user calls it.
  var name: String
  /// True if lines are counted in a decoded part.
  var isDecoded: Bool

  /// `hunk 2 of x.c, at line 57 of NAME, ...`.
  func error(_ subject: String, at line: Int, _ predicate: String, advice: String? = nil) -> RequestError {
    let part = isDecoded ? "the decoded text of " : ""
    return RequestError("\(subject), at line \(line) of \(part)\(name), \(predicate)", advice: advice)
  }
}
