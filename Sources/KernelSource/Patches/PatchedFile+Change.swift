import PatchMail

extension PatchedFile {
  var change: AppliedFile.Change {
    if oldPath == nil { return .added }
    if newPath == nil { return .deleted }
    if headers.contains(where: { $0.hasPrefix("copy from ") }) { return .copied }
    return oldPath == newPath ? .modified : .renamed
  }

  /// The path that the file has in the tree before the patch, or is to have when it is new.
  var treePath: String { oldPath ?? newPath ?? "" }

  /// Both paths, each once.
  var paths: [String] { oldPath == newPath ? [treePath] : [oldPath, newPath].compactMap { $0 } }

  /// Reason why a patch with this file is not even tried; nil when it is. The clause follows the path.
  ///
  /// The modes are those of git's index: 120000 is a symbolic link, 160000 a submodule.
  var refusal: String? {
    for header in headers {
      guard let mode = Self.modeWord(header) else { continue }
      if mode == "120000" { return "is a symbolic link in the patch, which could lead out of the tree" }
      if mode == "160000" { return "is a submodule in the patch" }
      if mode.count != 6 || !mode.hasPrefix("100") { return "has the mode \(ShownLine.escaped(mode)) in the patch" }
    }
    return nil
  }

  private static func modeWord(_ header: String) -> Substring? {
    let words = header.split(separator: " ")
    if words.first == "index" { return words.count == 3 ? words[2] : nil }
    guard let place = words.firstIndex(of: "mode"), place + 1 < words.count, place <= 2 else { return nil }
    return ["new", "old", "deleted"].contains(words[0]) ? words[place + 1] : nil
  }
}

extension MailedPatch {
  /// A diff of some of its files, as git takes it.
  func diff(of files: [PatchedFile]) -> [UInt8] {
    var part = self
    part.files = files
    return part.diff
  }
}
