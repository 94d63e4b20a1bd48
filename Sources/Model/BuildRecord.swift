/// One patch that went into a kernel.
package struct BuiltPatch: Codable, Sendable, Hashable {
  /// The mail's subject, without tags.
  package var subject: String
  /// The file that it came from, or `standard input`.
  package var file: String
  /// `exact`, `whitespace ignored` or `three-way`.
  package var how: String

  package init(subject: String, file: String, how: String) {
    self.subject = subject
    self.file = file
    self.how = how
  }
}

/// Inputs and cost of a kernel build.
package struct BuildRecord: Codable, Sendable, Hashable {
  /// Origin of the source, in words.
  package var source: String
  /// The git tree that was compiled, patches included: 40 hex digits.
  package var tree: String
  /// In the order in which they were applied.
  package var patches: [BuiltPatch]
  /// Hash of all patches, as KernelCI has it (`patchset_hash` of kcidb_io's schema): the SHA-256 of the
  /// patches' SHA-256, a line each. nil for a kernel that was built before this was kept.
  package var patchsetHash: String?
  /// The configuration fragments, in the order in which they were merged.
  package var fragments: [String]
  /// Collections of the kernel's own selftests that were built beside it, for instance `iommu`; nil for none.
  package var kselftests: [String]?
  /// Config requests that were not met and allowed, a sentence each.
  package var missing: [String]
  /// Versions of the compiler and the linker.
  package var toolchain: String
  /// False when the build ran with the user's own rights.
  package var sandboxed: Bool
  /// Files that were compiled or assembled.
  package var objects: Int
  /// Wall-clock seconds from the configuration to the image.
  package var seconds: Double
  /// CPU seconds of user and system together, of the same stretch.
  package var cpuSeconds: Double
  /// Compilations that ccache answered.
  package var cacheHits: Int
  /// Compilations that were done.
  package var cacheMisses: Int

  package init(
    source: String, tree: String, patches: [BuiltPatch], fragments: [String], kselftests: [String] = [],
    missing: [String],
    toolchain: String, sandboxed: Bool, objects: Int, seconds: Double, cpuSeconds: Double, cacheHits: Int,
    cacheMisses: Int
  ) {
    self.source = source
    self.tree = tree
    self.patches = patches
    self.fragments = fragments
    self.kselftests = kselftests.isEmpty ? nil : kselftests
    self.missing = missing
    self.toolchain = toolchain
    self.sandboxed = sandboxed
    self.objects = objects
    self.seconds = seconds
    self.cpuSeconds = cpuSeconds
    self.cacheHits = cacheHits
    self.cacheMisses = cacheMisses
  }

  enum CodingKeys: String, CodingKey {
    case source, tree, patches, fragments, kselftests, missing, toolchain, sandboxed, objects, seconds
    case patchsetHash = "patchset_hash"
    case cpuSeconds = "cpu_seconds"
    case cacheHits = "cache_hits"
    case cacheMisses = "cache_misses"
  }
}
