package import Model

// Each costs a search over all options; a fragment has some dozens.
private let mostExplained = 200

/// The options that did not survive the kernel's own `olddefconfig`, sorted by fragment and line.
///
/// The tree's Kconfig files are read only when some were lost. Of more than 200 the rest are not examined.
/// - Parameters:
///   - merged: what was asked for.
///   - final: the `.config` that `olddefconfig` wrote.
///   - tree: the path of the kernel tree; nothing outside of it is read.
///   - architecture: a folder below arch/, the kernel's SRCARCH.
/// - Throws: ``LabError`` when the tree has no Kconfig that can be read.
package func findLost(
  _ merged: MergedConfig, in final: FinalConfig, tree: String, architecture: String = "s390"
) throws(LabError) -> [LostOption] {
  let lost = merged.wanted.filter { !$0.value.value.survives(as: final[option: $0.key]) }
  guard !lost.isEmpty else { return [] }
  let tree = try KconfigTree(root: tree, architecture: architecture)
  let explainer = LossExplainer(merged, KconfigScope(tree: tree, final: final, version: merged.version))
  let sorted = lost.sorted { ($0.value.fragment, $0.value.line, $0.key) < ($1.value.fragment, $1.value.line, $1.key) }
  return sorted.enumerated().map { index, entry in
    let (option, wanted) = entry
    let reason = index < mostExplained ? explainer.reason(option, wanted.value) : .notExamined
    return LostOption(
      option: option, wanted: wanted.value, got: final[option: option], fragment: wanted.fragment, line: wanted.line,
      reason: reason, version: merged.version)
  }
}
