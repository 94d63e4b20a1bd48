import Foundation
import HostTools
import KernelConfig
import KernelSource
import Model
import Storage
import Synchronization

extension KernelBuilder {
  /// Makes `.config` as scripts/kconfig/merge_config.sh does, and checks that what was asked for is in it.
  /// - Returns: a sentence for each option that did not survive and was allowed not to.
  func configure(
    _ bench: Workbench, _ merged: MergedConfig, allowsMissing: Bool, _ version: KernelVersion,
    _ onEvent: @escaping @Sendable (BuildEvent) -> Void
  ) async throws -> [String] {
    for override in merged.overrides { onEvent(.note(override.description)) }
    let requested = bench.folder.output.appending(path: "wanted.config")
    do { try Data(merged.text.utf8).write(to: requested) } catch {
      throw LabError("cannot write \(requested.path): \(error.localizedDescription)")
    }
    let make = bench.make(
      ["allnoconfig"], ["KCONFIG_ALLCONFIG=\(bench.output)/wanted.config"], to: "configure Linux \(version)")
    try await bench.run(make) { _ in }
    let config = try BuildOutput(folder: bench.folder.output).text(".config")
    let final = try FinalConfig(parsing: Array(config.utf8), name: ".config")
    let lost = try findLost(merged, in: final, tree: bench.checkout.folder.path)
    let sentences = lost.map(describe)
    guard sentences.isEmpty || allowsMissing else {
      throw missingError(sentences, version.description)
    }
    for sentence in sentences { onEvent(.note("missing: \(sentence)")) }
    return sentences
  }

  /// Compiles, and takes what comes out into the cache.
  func compile(
    _ bench: Workbench, id: String, name: String?, _ record: BuildRecord,
    _ onEvent: @escaping @Sendable (BuildEvent) -> Void
  ) async throws -> KernelRecord {
    var record = record
    let output = BuildOutput(folder: bench.folder.output)
    let configText = try output.text(".config")
    let expected = expectedObjects(configText)
    let objects = Mutex(0)
    let start = ContinuousClock.now
    let hasModules = configText.contains("\nCONFIG_MODULES=y\n")
    onEvent(.note("building in \(bench.folder.output.path), ccache in \(bench.cache.own.path)"))
    let make = bench.make(["bzImage"] + (hasModules ? ["modules"] : []), to: "build the kernel")
    try await bench.run(make) { log in
      objects.withLock { $0 = log.objects }
      bench.folder.tell(done: log.objects, expected: max(expected, log.objects))
      onEvent(.compiled(log.objects, of: max(expected, log.objects)))
    }
    record.cpuSeconds = bench.processorSeconds()
    record.objects = objects.withLock { $0 }
    let release = try release(output)
    if hasModules {
      let log = bench.folder.log.deletingLastPathComponent().appending(path: "install.log")
      let variables = ["INSTALL_MOD_PATH=\(bench.output)/mods"]
      try await bench.run(bench.make(["modules_install"], variables, log: log, to: "install the modules")) { _ in }
    }
    let tests = try await KselftestBuild(bench: bench, collections: record.kselftests ?? []).programs()
    record.seconds = start.duration(to: .now) / .seconds(1)
    (record.cacheHits, record.cacheMisses) = await bench.cacheCounts()
    remember(objects: record.objects, configText)
    let hasSymbols = configText.contains("\nCONFIG_DEBUG_INFO=y\n")
    let kernel = KernelRecord(
      id: id, name: name ?? "\(release)-\(id.prefix(8))", release: release, origin: origin(record), created: Date(),
      build: record)
    return try await kernels.add(
      kernel,
      built: BuiltFiles(
        image: output.file("arch/s390/boot/bzImage"), config: output.file(".config"),
        vmlinux: hasSymbols ? output.file("vmlinux") : nil,
        modules: hasModules ? output.folderWithoutLinks("mods/lib/modules/\(release)") : nil, kselftests: tests,
        log: bench.folder.log))
  }

  private func origin(_ record: BuildRecord) -> String {
    let count = record.patches.count
    return record.source + (count == 0 ? "" : count == 1 ? " with 1 patch" : " with \(count) patches")
  }

  private func release(_ output: BuildOutput) throws -> String {
    let text = try output.text("include/config/kernel.release", cap: 256).trimmingCharacters(
      in: .whitespacesAndNewlines)
    guard KernelImage.isRelease(text) else { throw RequestError("`\(text.prefix(64))` is no kernel release") }
    return text
  }

  private var counts: URL { folders.cache.appending(path: "builds/objects.json") }

  /// Number of files that a build compiles: as many as the last one of the same configuration, or by its size.
  private func expectedObjects(_ config: String) -> Int {
    let known = (try? JSONDecoder().decode([String: Int].self, from: Data(contentsOf: counts))) ?? [:]
    // The version stands in its first lines, and every option after them.
    if let last = known[stableHash(config)] { return last }
    let options = config.split(separator: "\n").count { $0.hasSuffix("=y") || $0.hasSuffix("=m") }
    // Of the usual configuration of 6.1, measured: 702 files for 421 options that are on.
    return options * 702 / 421
  }

  private func remember(objects: Int, _ config: String) {
    var known = (try? JSONDecoder().decode([String: Int].self, from: Data(contentsOf: counts))) ?? [:]
    if known.count > 1000 { known = [:] }
    known[stableHash(config)] = objects
    // Only a guess for the progress line: who cannot keep it does without.
    try? JSONEncoder().encode(known).write(to: counts, options: .atomic)
  }
}
