/// Options of the other architectures beside those that were read for this one.
struct OtherArchitectures {
  /// Folders below arch/, sorted, by the option that is defined there.
  private(set) var options: [String: [String]] = [:]
  /// The same by the option that is selected there.
  private(set) var setters: [String: [String]] = [:]

  init(beside tree: KconfigTree) {
    for folder in TreeFiles.folders(in: "arch", of: tree.root) where folder != tree.variables.architecture {
      let variables = KconfigVariables(architecture: folder)
      var reader = KconfigReader(root: tree.root, variables: variables, passingOver: tree.files)
      reader.read("arch/\(folder)/Kconfig")
      reader.read("arch/\(folder)/Kconfig.debug")
      for (name, symbol) in reader.symbols {
        if !symbol.definitions.isEmpty { options[name, default: []].append(folder) }
        if symbol.setters.contains(where: \.isSelect) { setters[name, default: []].append(folder) }
      }
    }
  }
}
