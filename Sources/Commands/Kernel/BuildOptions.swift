import ArgumentParser
import ConfigFragments
import Foundation
import KernelBuild
import KernelConfig
import KernelSource
import PatchMail
import Records

/// The shared choice of what a kernel is built from.
struct BuildOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A revision of the git tree SOURCE.", valueName: "revision"))
  var rev: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "A configuration fragment on top of the usual ones: one of zlab's by name, or a file.", valueName: "fragment"),
    completion: fragmentCompletion)
  var configs: [String] = []

  @Option(
    name: .customLong("kselftest"),
    help: ArgumentHelp(
      "Build these of the kernel's own selftests too, a folder of its tools/testing/selftests.", valueName: "collection"
    ))
  var kselftests: [String] = []

  @Flag(help: "Leave out zlab's usual fragments (\(usualFragments.joined(separator: ", "))).")
  var onlyConfig = false

  @Option(help: "The compiler.")
  var toolchain = Compiler.gcc

  @Flag(help: "Build although an option that was asked for is not to be had.")
  var allowMissing = false

  @Flag(inversion: .prefixedNo, help: "Build in a sandbox: a patch's Makefiles are programs from a stranger.")
  var sandbox = true

  @Option(help: ArgumentHelp("Compilers at a time; as many as there are processors when nothing is said."))
  var buildJobs: Int?

  @Option(help: ArgumentHelp("The Debian archive to fetch sources from, instead of the host's own.", valueName: "url"))
  var mirror: String?

  func validate() throws {
    if let buildJobs, !(1...1024).contains(buildJobs) { throw ValidationError("--build-jobs must be 1 to 1024.") }
    for name in kselftests where name.wholeMatch(of: /[A-Za-z0-9_-]{1,48}/) == nil {
      throw ValidationError("'\(name)' cannot be a folder of tools/testing/selftests, as 'iommu' is.")
    }
    if onlyConfig && configs.isEmpty { throw ValidationError("--only-config needs a --config.") }
  }

  /// A build of `source` with `patches` on top.
  /// - Throws: `RequestError` for a source or fragment that is not there or not right.
  func request(_ source: String, patches: [PatchSeries], name: String? = nil) throws -> BuildRequest {
    let fragments = try ((onlyConfig ? [] : usualFragments) + (kselftests.isEmpty ? [] : ["kselftest"]) + configs).map(
      readFragment)
    var request = BuildRequest(
      source: try KernelSource(source, revision: rev), patches: patches, fragments: fragments, compiler: toolchain,
      allowsMissing: allowMissing, isBoxed: sandbox, name: name)
    request.kselftests = Array(Set(kselftests)).sorted()
    if let buildJobs { request.jobs = buildJobs }
    return request
  }

  /// Options that a repeated command needs, where they are not the usual ones.
  var words: [String] {
    var words = rev.map { ["--rev", $0] } ?? []
    for config in configs { words += ["--config", isFragmentFile(config) ? absolutePath(config) : config] }
    for collection in kselftests { words += ["--kselftest", collection] }
    if onlyConfig { words.append("--only-config") }
    if toolchain != .gcc { words += ["--toolchain", toolchain.rawValue] }
    if allowMissing { words.append("--allow-missing") }
    if !sandbox { words.append("--no-sandbox") }
    return words
  }
}

/// Whether a fragment is a file of the user's: one of zlab's is a name without a slash that zlab has.
func isFragmentFile(_ config: String) -> Bool { config.contains("/") || !fragmentNames.contains(config) }

/// One of zlab's fragments by its name, or a file's.
/// - Throws: `RequestError` when there is none, or it is not right.
func readFragment(_ name: String) throws -> ConfigFragment {
  let bundled = bundledFragments.appending(path: name + ".config")
  let isBundled = !name.contains("/") && FileManager.default.fileExists(atPath: bundled.path)
  guard isBundled || FileManager.default.fileExists(atPath: name) else {
    throw RequestError(
      "there is no configuration fragment '\(name)'",
      advice: "zlab has \(fragmentNames.joined(separator: ", ")); a file is named by its path.")
  }
  let file = isBundled ? bundled : URL(fileURLWithPath: name)
  guard let data = try? FileHandle(forReadingFrom: file).read(upToCount: 2 << 20) else {
    throw RequestError("cannot read the configuration fragment \(file.path)")
  }
  return try ConfigFragment(parsing: Array(data), name: name)
}

/// What a guest of zlab's needs to boot, to see functions come and go, and to hand them to user space; and preemption,
/// without which `--schedule icount` never lets the second of two threads in between two locks of the first.
let usualFragments = ["s390-guest", "zpci", "vfio", "iommufd", "preempt"]

/// The names of the fragments that zlab carries.
var fragmentNames: [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: bundledFragments.path)) ?? []
  return names.filter { $0.hasSuffix(".config") }.map { String($0.dropLast(".config".count)) }.sorted()
}

private let fragmentCompletion = CompletionKind.custom { _, _, _ in fragmentNames }

extension Compiler: ExpressibleByArgument {}

/// Reads the patches of a mail, mailbox or diff; `-` is standard input.
/// - Throws: `RequestError` when there is no such file, or no patch in it.
func readSeries(_ path: String) throws -> PatchSeries {
  let name = path == "-" ? "standard input" : path
  let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
  guard let handle else { throw RequestError("cannot read \(name): \(String(cString: strerror(errno)))") }
  guard let data = try? handle.read(upToCount: PatchMail.cap + 1) else {
    throw RequestError("cannot read \(name): it is no file with text in it")
  }
  return try PatchMail.read(Array(data), name: name)
}
