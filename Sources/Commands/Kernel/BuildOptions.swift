import ArgumentParser
import ConfigFragments
import Foundation
import KernelConfig
import KernelSource
import Kernels
import Model
import PatchMail
import Reports

/// The shared choice of a revision, of commands whose revision git does not select.
struct RevisionOption: ParsableArguments {
  @Option(help: ArgumentHelp("Git revision to build (default: HEAD)", valueName: "revision"))
  var rev: String?

  /// Options that a repeated command needs.
  var words: [String] { rev.map { ["--rev", $0] } ?? [] }
}

/// The shared choice of how a kernel is built.
struct BuildOptions: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "Config fragment to merge, a name or a file; may be repeated", valueName: "fragment"),
    completion: fragmentCompletion)
  var configs: [String] = []

  @Option(
    name: .customLong("kselftest"),
    help: ArgumentHelp(
      "Also build this directory of tools/testing/selftests; may be repeated", valueName: "collection"
    ))
  var kselftests: [String] = []

  @Flag(help: "Use only --config fragments, not the default ones (\(defaultFragments.joined(separator: ", "))).")
  var onlyConfig = false

  @Option(help: "Compiler")
  var toolchain = Compiler.gcc

  @Flag(help: "Build even if a requested config option cannot be enabled")
  var allowMissing = false

  @Flag(inversion: .prefixedNo, help: "Build in a sandbox without network access")
  var sandbox = true

  @Option(help: ArgumentHelp("Parallel compile jobs, as for make -j (default: one per CPU)", valueName: "count"))
  var buildJobs: Int?

  @Option(help: ArgumentHelp("Debian mirror for sources (default: the host's)", valueName: "url"))
  var mirror: String?

  func validate() throws {
    if let buildJobs, !(1...1024).contains(buildJobs) { throw ValidationError("--build-jobs must be 1 to 1024.") }
    for name in kselftests where name.wholeMatch(of: /[A-Za-z0-9_-]{1,48}/) == nil {
      throw ValidationError("'\(name)' is not a directory name of tools/testing/selftests, such as 'iommu'.")
    }
    if onlyConfig && configs.isEmpty { throw ValidationError("--only-config requires --config.") }
  }

  /// A build of `source` with `patches` on top.
  /// - Parameter revision: of a git tree; nil for its HEAD.
  /// - Throws: `RequestError` for a source or fragment that is not there or not right.
  func request(
    _ source: String, _ revision: String? = nil, patches: [PatchSeries], name: String? = nil
  ) throws -> BuildRequest {
    let fragments = try ((onlyConfig ? [] : defaultFragments) + (kselftests.isEmpty ? [] : ["kselftest"]) + configs)
      .map(
        readFragment)
    var request = BuildRequest(
      source: try KernelSource(source, revision: revision), patches: patches, fragments: fragments, compiler: toolchain,
      allowsMissing: allowMissing, isBoxed: sandbox, name: name)
    request.kselftests = Array(Set(kselftests)).sorted()
    if let buildJobs { request.jobs = buildJobs }
    return request
  }

  /// Options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    var words: [String] = []
    for config in configs { words += ["--config", isFragmentFile(config) ? absolutePath(config) : config] }
    for collection in kselftests { words += ["--kselftest", collection] }
    if onlyConfig { words.append("--only-config") }
    if toolchain != .gcc { words += ["--toolchain", toolchain.rawValue] }
    if allowMissing { words.append("--allow-missing") }
    if !sandbox { words.append("--no-sandbox") }
    return words
  }
}

/// True if a fragment is a file of the user's: one of zlab's is a name without a slash that zlab has.
func isFragmentFile(_ config: String) -> Bool { config.contains("/") || !fragmentNames.contains(config) }

/// One of zlab's fragments by its name, or a file's.
/// - Throws: `RequestError` when there is none, or it is not right.
func readFragment(_ name: String) throws -> ConfigFragment {
  let bundled = bundledFragments.appending(path: name + ".config")
  let isBundled = !name.contains("/") && FileManager.default.fileExists(atPath: bundled.path)
  guard isBundled || FileManager.default.fileExists(atPath: name) else {
    throw RequestError(
      "config fragment '\(name)' not found",
      advice: "Built-in fragments: \(fragmentNames.joined(separator: ", ")). A file is given by its path.")
  }
  let file = isBundled ? bundled : URL(fileURLWithPath: name)
  let bytes = try readInput(file.path, limit: 2 << 20, as: "the config fragment \(file.path)")
  return try ConfigFragment(parsing: bytes, name: name)
}

/// Default config fragments of a guest kernel: to boot, to see functions come and go, and to hand them to user space;
/// and preemption, without which `--schedule icount` never lets the second of two threads in between two locks of the
/// first.
let defaultFragments = ["s390-guest", "zpci", "vfio", "iommufd", "preempt"]

/// The names of the fragments that zlab carries.
var fragmentNames: [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: bundledFragments.path)) ?? []
  return names.filter { $0.hasSuffix(".config") }.map { String($0.dropLast(".config".count)) }.sorted()
}

/// Options of a build that make a kernel with config options: nothing for those that each build has, the bundled fragment
/// that has the option, or else a file of the user's.
/// - Parameter options: without `CONFIG_`.
func fragmentWords(enabling options: [String]) -> [String] {
  func names(_ option: String) -> [String] {
    fragmentNames.filter { name in (try? readFragment(name))?.enables(option) == true }
  }
  var words: [String] = []
  for option in options {
    let fitting = names(option)
    guard !fitting.contains(where: defaultFragments.contains) else { continue }
    let name = fitting.first ?? "FILE"
    if !words.contains(name) { words += ["--config", name] }
  }
  return words
}

private let fragmentCompletion = CompletionKind.custom { _, _, _ in fragmentNames }

extension Compiler: ExpressibleByArgument {}

/// Reads the patches of a mail, mailbox or diff; `-` is standard input.
/// - Throws: `RequestError` when there is no such file, or no patch in it.
func readSeries(_ path: String) throws -> PatchSeries {
  let name = path == "-" ? "stdin" : path
  if path != "-", access(path, F_OK) != 0, let id = messageID(in: path) {
    throw RequestError(
      "'\(path)' is not a file; zlab does not download mails",
      advice: "Use b4 to fetch the thread: b4 am -o - \(shellQuoted(id)) | zlab COMMAND -")
  }
  return try PatchMail.read(try readInput(path, limit: PatchMail.cap + 1, as: name), name: name)
}
