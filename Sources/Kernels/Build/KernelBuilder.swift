import Foundation
import HostTools
package import KernelConfig
import KernelSource
package import Model
import PatchMail
package import Storage

/// Builds kernels into the cache, each one once.
package struct KernelBuilder: Sendable {
  let folders: Locations
  let kernels: KernelStore
  let sources: SourceStore

  package init(folders: Locations, mirror: String? = nil) {
    self.folders = folders
    kernels = KernelStore(folders: folders)
    sources = SourceStore(folders: folders, mirror: mirror)
  }

  /// The kernel that `request` describes: from the cache, or built now.
  ///
  /// The source, the patches and the build's own files lie in folders of zlab's; what the user has is only read.
  /// - Parameter onEvent: told how it goes on; called by one task at a time.
  /// - Throws: ``RequestError`` when a source, patch or configuration is at fault or does not compile, ``LabError`` when
  ///   a tool, the network or the disk is; `CancellationError`.
  package func build(
    _ request: BuildRequest, onEvent: @escaping @Sendable (BuildEvent) -> Void
  ) async throws -> KernelRecord {
    if let name = request.name { try KernelStore.check(name: name) }
    let toolchain = try await Toolchain(request.compiler)
    let plan = try await plan(request, onEvent)
    let id = try await identity(request, plan, toolchain)
    if let known = try known(id, request, onEvent) { return known }
    var isFirst = true
    let folder = try await BuildFolder.waiting(for: id, in: folders) { other in
      if isFirst { onEvent(.note("waiting for another zlab process that builds this kernel")) }
      isFirst = false
      onEvent(.waiting(other))
    }
    defer { folder.end() }
    if let known = try known(id, request, onEvent) { return known }
    let changes = request.patches.map { $0.patches.map { String(decoding: $0.diff, as: UTF8.self) }.joined() }
    let bench = Workbench(
      checkout: plan.checkout, folder: folder, toolchain: toolchain,
      cache: try await CompilerCache(
        folders: folders, tree: plan.pristine.id, isSigned: request.source.isSigned, patches: changes),
      isBoxed: request.isBoxed, limits: request.limits, jobs: request.jobs, hostName: String(id.prefix(12)))
    if !request.isBoxed { onEvent(.note("warning: building without a sandbox: Makefiles run with your privileges")) }
    var record = BuildRecord(
      source: plan.origin, tree: plan.tree.id, patches: plan.patches, fragments: request.fragments.map(\.name),
      kselftests: request.kselftests, missing: [], toolchain: toolchain.identity, sandboxed: request.isBoxed,
      objects: 0, seconds: 0, cpuSeconds: 0,
      cacheHits: 0, cacheMisses: 0)
    record.patchsetHash = try await patchsetHash(request.patches)
    record.missing = try await configure(
      bench, plan.config, allowsMissing: request.allowsMissing, plan.version, onEvent)
    return try await compile(bench, id: id, name: request.name, record, onEvent)
  }

  /// The id that the kernel of `request` has or will have in the cache, and its version; nothing is compiled.
  /// - Throws: as ``build(_:onEvent:)``.
  package func identify(
    _ request: BuildRequest, onEvent: @escaping @Sendable (BuildEvent) -> Void
  ) async throws -> (id: String, version: KernelVersion) {
    let toolchain = try await Toolchain(request.compiler)
    let plan = try await plan(request, onEvent)
    return (try await identity(request, plan, toolchain), plan.version)
  }

  // Whether it is boxed counts too: outside of the box, paths of this host get into what is compiled.
  private func identity(_ request: BuildRequest, _ plan: Plan, _ toolchain: Toolchain) async throws -> String {
    let tests = request.kselftests.isEmpty ? "" : "kselftests \(request.kselftests.joined(separator: " "))\n"
    return try await sha256(
      ofText: "zlab.kernel/2\n\(plan.tree.id)\n\(toolchain.identity)\nboxed \(request.isBoxed)\n"
        + "\(plan.config.text)\n\(tests)")
  }

  /// Checks what can be checked before anything is compiled: source, patches, and what the host lacks.
  /// - Throws: as ``build(_:onEvent:)``.
  package func check(_ request: BuildRequest, onEvent: @escaping @Sendable (BuildEvent) -> Void) async throws {
    _ = try await plan(request, onEvent)
  }

  private struct Plan {
    let checkout: Checkout
    let origin: String
    /// Without patches.
    let pristine: SourceTree
    let tree: SourceTree
    let patches: [BuiltPatch]
    let version: KernelVersion
    let config: MergedConfig
  }

  private func plan(_ request: BuildRequest, _ onEvent: (BuildEvent) -> Void) async throws -> Plan {
    try checkTools(request)
    let pristine = try await sources.tree(of: request.source) { onEvent(.note($0)) }
    let checkout = try await sources.checkout(family: request.source.family)
    onEvent(.prepared("checking out \(pristine.origin)"))
    try await checkout.hold(pristine) { onEvent(.note($0)) }
    let (tree, patches) = try await apply(request.patches, to: pristine, in: checkout)
    for patch in patches { onEvent(.prepared("applied '\(patch.subject)' (\(patch.how))")) }
    let version = try version(of: checkout.folder)
    let tests = try request.kselftests.map { try KselftestSource(checkout.folder).needs($0, version) }
    return Plan(
      checkout: checkout, origin: pristine.origin, pristine: pristine, tree: tree, patches: patches, version: version,
      config: ConfigRequest.merge(request.fragments + tests, for: version))
  }

  /// The kernel from the cache, under the name that is asked for now; nil when it has to be built.
  private func known(
    _ id: String, _ request: BuildRequest, _ onEvent: (BuildEvent) -> Void
  ) throws -> KernelRecord? {
    guard let known = kernels.known(id) else { return nil }
    if let missing = known.build?.missing, !missing.isEmpty, !request.allowsMissing {
      throw missingError(missing, known.release)
    }
    onEvent(.note("kernel found in the cache"))
    markUsed(kernels.image(of: known).deletingLastPathComponent())
    guard let name = request.name, name != known.name else { return known }
    return try kernels.rename(known, to: name)
  }

  /// Error for a configuration that lacks requested options.
  func missingError(_ sentences: [String], _ version: String) -> RequestError {
    RequestError(
      "the configuration of Linux \(version) does not contain the requested options:\n  "
        + sentences.joined(separator: "\n  "), advice: "Use --allow-missing to build without them.")
  }

  private func checkTools(_ request: BuildRequest) throws(LabError) {
    var needed = ["make", "ccache", "flex", "bison", "bc", "git"]
    if request.isBoxed { needed += ["bwrap", "prlimit"] }
    let missing = needed.filter { name in
      !["/usr/bin", "/usr/sbin"].contains { access("\($0)/\(name)", X_OK) == 0 }
    }
    guard missing.isEmpty else {
      throw LabError(
        "cannot build a kernel: missing on this host: \(missing.joined(separator: ", "))",
        advice: "`zlab doctor` prints the packages to install.")
    }
  }

  private func apply(
    _ all: [PatchSeries], to pristine: SourceTree, in checkout: Checkout
  ) async throws -> (SourceTree, [BuiltPatch]) {
    guard !all.isEmpty else { return (pristine, []) }
    var built: [BuiltPatch] = []
    for series in all {
      // The repository that has old versions of these files, if any has.
      let objects = pristine.objects.first.map { URL(fileURLWithPath: $0) } ?? sources.objects
      let repository = objects.deletingLastPathComponent()
      let applied: [AppliedPatch]
      do {
        applied = try await series.apply(to: checkout.folder, objects: repository, called: pristine.origin)
      } catch let rejected as PatchRejected { throw rejected.requestError }
      built += applied.map { BuiltPatch(subject: $0.subject, file: series.name, how: $0.how.rawValue) }
    }
    let origin = "\(pristine.origin) with \(built.count) patches"
    return (try await checkout.write(origin: origin, objects: pristine.objects), built)
  }

  private func version(of source: URL) throws -> KernelVersion {
    // A stranger's file: a link would lead anywhere.
    let text = try BuildOutput(folder: source).text("Makefile", cap: 1 << 20)
    guard let version = KernelVersion(makefile: text) else {
      throw RequestError("the source's Makefile does not say which version of Linux it is")
    }
    return version
  }
}
