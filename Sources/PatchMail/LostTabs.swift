/// Tells patches whose tabs a mail program made spaces.
///
/// How wide each tab was cannot be known from the mail, so the spaces stay, to be matched with white space ignored.
enum LostTabs {
  /// A remark for each file that lost its tabs. `isCertain` when other damage proves that blanks were changed.
  static func find(in files: [PatchedFile], at line: Int, isCertain: Bool) -> [PatchRepair] {
    // One line with a tab shows that they survived.
    guard !files.contains(where: hasTab) else { return [] }
    return files.filter { isTabbed($0.path) && isIndented($0) }.map { file in
      // make reads a tab as a command's mark, so here spaces are not the same.
      let breaks = isMake(file.path) && hasIndented(file, .added)
      let action =
        "kept spaces where tabs must have been" + (breaks ? ", which make does not take for a command" : "")
      return PatchRepair(
        .lostTabs, file: file.path, line: file.hunks.first?.mailLine ?? line, action: action, isDoubtful: breaks)
    }
  }

  private static func hasTab(_ file: PatchedFile) -> Bool {
    file.hunks.contains { $0.lines.contains { $0.bytes.contains(.tab) } }
  }

  private static func isTabbed(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return isMake(path) || name.hasPrefix("Kconfig")
      || [".c", ".h", ".S", ".dts", ".dtsi", ".l", ".y"].contains { name.hasSuffix($0) }
  }

  private static func isMake(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("Makefile") || name.hasPrefix("Kbuild") || name.hasSuffix(".mk")
  }

  private static func isIndented(_ file: PatchedFile) -> Bool {
    hasIndented(file, .context) || hasIndented(file, .added) || hasIndented(file, .removed)
  }

  private static func hasIndented(_ file: PatchedFile, _ kind: HunkLineKind) -> Bool {
    file.hunks.contains { $0.lines.contains { $0.kind == kind && $0.bytes[...].leadingSpaces >= 4 } }
  }
}
