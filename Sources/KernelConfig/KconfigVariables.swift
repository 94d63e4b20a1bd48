/// The variables of the build that Kconfig files may name in paths and conditions.
struct KconfigVariables {
  /// The folder's name below arch/.
  let architecture: String

  /// The text with its variables replaced; nil when it names others, or a macro.
  func expand(_ text: String) -> String? {
    var parts = text.split(separator: "$", omittingEmptySubsequences: false)[...]
    var result = String(parts.popFirst() ?? "")
    for part in parts {
      // Before Linux 4.18 there were no parentheses around the names.
      let known = ["(SRCARCH)", "(ARCH)", "SRCARCH", "ARCH"].first { part.hasPrefix($0) }
      guard let known else { return nil }
      result += architecture + part.dropFirst(known.count)
    }
    return result
  }
}
