package import Dmesg
package import Model

/// Findings with source lines and inlined functions.
package struct Symbolized: Sendable {
  package let findings: [Finding]
  /// Remarks about failures, for a person, one sentence each.
  package let remarks: [String]
}

/// Adds source lines and inlined functions to the frames of findings, from a kernel's debug information.
package struct Symbolizer: Sendable {
  private let kernel: CodeObject
  private let identity: KernelIdentity
  private let tool: LineTool
  private let modules: ModuleFiles?

  /// Opens the kernel's files.
  ///
  /// - Parameter vmlinux: with symbols and debug information, for any machine that a tool of the host reads.
  /// - Parameter modules: a folder that is searched for `.ko` files, `.ko.debug` and packed ones too.
  /// - Throws: ``RequestError`` when the files are not that, ``LabError`` when no tool reads them.
  /// - Parameter isBoxed: whether the tool that reads them works in a ``Sandbox``, as foreign files deserve.
  /// - Parameter search: folders of tools, as `PATH` has them; nil for the user's own.
  package init(vmlinux: String, modules: String?, isBoxed: Bool = true, search: String? = nil) throws {
    let file = try ELFFile(vmlinux)
    guard !file.isRelocatable else {
      throw RequestError("\(vmlinux) is no linked kernel", advice: "Give the vmlinux at the top of the build.")
    }
    guard file.hasLines else {
      throw RequestError(
        "\(vmlinux) has no source lines",
        advice:
          "The kernel has to be built with CONFIG_DEBUG_INFO; a distribution has the file in a package of its own.")
    }
    kernel = try CodeObject(file)
    identity = KernelIdentity(file)
    self.modules = try modules.map { try ModuleFiles($0) }
    tool = try LineTool(for: file.machine, isBoxed: isBoxed, search: search)
  }

  /// Symbolizes what one log holds.
  ///
  /// - Parameter boots: the log's, by which a finding's kernel is recognised.
  /// - Parameter log: its name, for messages.
  /// - Throws: ``RequestError`` when the files are of another build than the log's kernel, ``LabError`` when the tool
  ///   fails, `CancellationError`.
  package func symbolize(_ findings: [Finding], boots: [Boot], log: String) async throws -> Symbolized {
    let check = IdentityCheck(identity: identity, boots: boots, file: kernel.file.path, log: log)
    var (suitable, remarks) = try check.suitable(findings)
    guard !suitable.isEmpty else { return Symbolized(findings: findings, remarks: remarks) }
    let loaded = try await objects(for: suitable.map { findings[$0] })
    remarks += loaded.remarks.map { "\(log): \($0)" }
    remarks += try compareSizes(suitable.map { findings[$0] }, loaded.objects, check)
    var locator = FrameLocator(loaded.objects)
    for index in suitable { locator.learn(from: findings[index], boot: check.boot(of: findings[index])) }
    var places: [Int: [CodePlace?]] = [:]
    for index in suitable {
      let finding = findings[index]
      let boot = check.boot(of: finding)
      places[index] = finding.frames.indices.map { locator.place(of: $0, in: finding, boot: boot) }
    }
    let calls = CallCheck(loaded.objects, kernel.file.machine)
    let lines = try await CodeLines(loaded.objects, places.values.joined().compactMap { $0 }, tool)
    let result = findings.enumerated().map { index, finding in
      guard let places = places[index] else { return finding }
      return lines.added(to: finding, at: places, impossible: calls?.impossible(in: finding, at: places) ?? [])
    }
    return Symbolized(findings: result, remarks: remarks)
  }

  /// The kernel and the modules that the frames name.
  private func objects(
    for findings: [Finding]
  ) async throws -> (objects: [String?: CodeObject], remarks: [String]) {
    var names: [String?: Set<String>] = [nil: Set(SourcePaths.landmarks.keys)]
    for frame in findings.lazy.flatMap(\.frames) where frame.offset != nil && frame.source == nil && !frame.isInlined {
      names[frame.module, default: []].insert(frame.symbol)
    }
    var objects: [String?: CodeObject] = [:]
    var missing: [String] = []
    for (module, names) in names {
      guard var object = try await object(module) else {
        missing.append(clean(module ?? "", limit: 64))
        continue
      }
      object.look(for: names)
      objects[module] = object
    }
    return (objects, missing.isEmpty ? [] : [remark(on: missing.sorted())])
  }

  private func object(_ module: String?) async throws -> CodeObject? {
    guard let module else { return kernel }
    guard tool.readsModules, let file = try await modules?.file(of: module, release: identity.release),
      file.machine == kernel.file.machine
    else {
      return nil
    }
    return try CodeObject(file)
  }

  private func remark(on missing: [String]) -> String {
    let names = missing.prefix(8).joined(separator: ", ") + (missing.count > 8 ? ", ..." : "")
    guard tool.readsModules else {
      return "llvm-symbolizer cannot read modules, so frames of \(names) stay without lines"
    }
    guard let modules else { return "frames of modules stay without lines unless --modules says where \(names) are" }
    return "\(modules.folder) has no debug information for \(names)"
  }

  /// Refuses files whose functions have other sizes than the log prints, unless a build id has proven them right:
  /// then the log is damaged there.
  private func compareSizes(
    _ findings: [Finding], _ objects: [String?: CodeObject], _ check: IdentityCheck
  ) throws(RequestError) -> [String] {
    var isSilent = true
    for finding in findings {
      let isProven = identity.isProven(by: finding)
      if !identity.knowsNothing(of: finding, in: check.bootRecord(of: finding)) { isSilent = false }
      for frame in finding.frames where !isProven {
        guard let object = objects[frame.module], object.canCompare(frame) else { continue }
        if let difference = object.contradiction(of: frame) {
          throw check.refusal(difference, file: object.file.path)
        }
        isSilent = false
      }
    }
    guard isSilent else { return [] }
    return ["nothing in \(check.log) tells whether \(check.file) is of its kernel; the lines can be of another build"]
  }
}
