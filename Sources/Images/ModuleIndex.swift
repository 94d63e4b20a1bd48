import Model

/// Modules of a kernel and their dependencies.
struct ModuleIndex {
  // By normalized name: the module's path and those it needs, as modules.dep has them.
  private var modules: [String: (path: String, needs: [String])] = [:]
  private let builtIn: Set<String>
  private let options: [String: String]?
  private let isIndexed: Bool

  /// - Parameters:
  ///   - dependencies: the text of `modules.dep`; nil when the kernel came without modules.
  ///   - builtIn: the text of `modules.builtin`, or nil.
  ///   - config: the text of the kernel's configuration, or nil.
  init(dependencies: String?, builtIn: String?, config: String?) {
    self.builtIn = Set((builtIn ?? "").split(separator: "\n").map { Self.name($0) })
    options = config.map(Self.options)
    isIndexed = dependencies != nil
    for line in (dependencies ?? "").split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let path = line[..<colon]
      // Paths are below the modules' folder; anything else is not of depmod's making.
      let needs = line[line.index(after: colon)...].split(separator: " ")
      guard ([path] + needs).allSatisfy({ !$0.hasPrefix("/") && !$0.contains("..") }) else { continue }
      modules[Self.name(path)] = (String(path), needs.map(Self.name))
    }
  }

  /// Location of a wanted module.
  enum Place: Equatable {
    case builtIn
    case modules
    case absent
    /// The kernel came without the files that would tell.
    case unknown
  }

  func place(of wanted: WantedModule) -> Place {
    let name = Self.name(wanted.name[...])
    if modules[name] != nil { return .modules }
    if builtIn.contains(name) || options?[wanted.option] == "y" { return .builtIn }
    return options == nil && !isIndexed ? .unknown : .absent
  }

  /// The paths of the wanted modules and of all they need, in the order in which they are to be loaded.
  func closure(_ wanted: [WantedModule]) -> [String] {
    var order: [String] = []
    var seen: Set<String> = []
    for module in wanted { visit(Self.name(module.name[...]), &order, &seen) }
    return order
  }

  private func visit(_ name: String, _ order: inout [String], _ seen: inout Set<String>) {
    guard let module = modules[name], seen.insert(name).inserted else { return }
    // modules.dep lists them so that the last is to be loaded first.
    for need in module.needs.reversed() { visit(need, &order, &seen) }
    order.append(module.path)
  }

  /// A module's name from its path: the kernel takes `-` and `_` for the same.
  static func name(_ path: Substring) -> String {
    var file = path.split(separator: "/").last ?? ""
    if let end = file.firstRange(of: ".ko") { file = file[..<end.lowerBound] }
    return String(file.map { $0 == "-" ? "_" : $0 })
  }

  private static func options(in config: String) -> [String: String] {
    var options: [String: String] = [:]
    for line in config.split(whereSeparator: \.isNewline) where line.hasPrefix("CONFIG_") {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { options[String(parts[0])] = String(parts[1]) }
    }
    return options
  }
}

extension ModuleIndex {
  /// Picks what goes into an image.
  /// - Parameter skipped: told the names of optional modules that the kernel lacks.
  /// - Throws: ``RequestError`` naming the option of a required one that it lacks.
  func select(
    _ wanted: [WantedModule], of kernel: KernelRecord, skipped: ([String]) -> Void
  ) throws(RequestError) -> [String] {
    var lacking: [String] = []
    for module in wanted where place(of: module) == .absent {
      guard !module.isRequired else { throw missing(module, kernel) }
      lacking.append(module.name)
    }
    if !lacking.isEmpty { skipped(lacking) }
    return closure(wanted)
  }

  private func missing(_ module: WantedModule, _ kernel: KernelRecord) -> RequestError {
    guard options?[module.option] == "m" else {
      return RequestError(
        "the kernel \(kernel.name) lacks \(module.name): \(module.option) is not set",
        advice: "Build it with \(module.option)=y or =m.")
    }
    return RequestError(
      "the kernel \(kernel.name) has \(module.name) as a module (\(module.option)=m), but came without it",
      advice: "Add it together with its modules.")
  }
}
