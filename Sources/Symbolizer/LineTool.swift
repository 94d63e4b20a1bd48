import Foundation
import HostTools
import Model

/// The tool that knows source lines: binutils' addr2line for the machine, or llvm-symbolizer, which knows all.
///
/// One process answers thousands of addresses; see docs/decisions/symbolizing.md for which tool and why.
struct LineTool: Sendable {
  private let path: String
  private let isLLVM: Bool
  /// Debug information is a program in a language of its own, and its readers have bugs.
  private let isBoxed: Bool

  /// Addresses that one process is asked for; they go onto its command line.
  private static let batch = 4096

  /// - Throws: ``LabError`` when this host has no tool for the machine.
  init(for machine: ELFMachine, isBoxed: Bool, search: String?) throws(LabError) {
    self.isBoxed = isBoxed
    let search = search ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let tools = machine.names?.tools
    var names = tools.map { ["\($0)-addr2line"] } ?? []
    if tools == Self.hostTools { names.append("addr2line") }
    if let path = names.lazy.compactMap({ Self.find($0, search) }).first {
      (self.path, isLLVM) = (path, false)
    } else if let path = Self.find("llvm-symbolizer", search) {
      (self.path, isLLVM) = (path, true)
    } else {
      throw LabError(
        "no tool on this host reads the source lines of \(machine.name): neither \(tools ?? "a fitting")-addr2line "
          + "nor llvm-symbolizer is in PATH",
        advice: "`apt-get install \(Self.package(tools))` brings one.")
    }
  }

  /// Sections of a file without addresses all start at 0, and only binutils can be told which one is meant.
  var readsModules: Bool { !isLLVM }

  /// Says where addresses stand.
  ///
  /// - Parameter section: which one the addresses count from, in a file without addresses.
  /// - Returns: the chain of functions for each address, the innermost inlined one first; nothing when not known.
  /// - Throws: ``LabError`` when the tool fails or takes too long, `CancellationError`.
  func chains(of addresses: Set<UInt64>, in file: ELFFile, section: String?) async throws -> [UInt64: [CodeLine]] {
    let all = addresses.sorted()
    var chains: [UInt64: [CodeLine]] = [:]
    for start in stride(from: 0, to: all.count, by: Self.batch) {
      let some = Array(all[start..<min(start + Self.batch, all.count)])
      chains.merge(CodeLine.chains(try await ask(some, file, section), of: some)) { old, _ in old }
    }
    return chains
  }

  private func ask(_ addresses: [UInt64], _ file: ELFFile, _ section: String?) async throws -> [UInt8] {
    let answer = try await call(addresses, file, section).result()
    guard answer.code == 0 else {
      let words = answer.stderr.split(separator: "\n").suffix(4).map { clean($0) }
      let isBoxBroken = words.first.map { $0.hasPrefix("bwrap: ") || $0.hasPrefix("prlimit: ") } ?? false
      throw LabError(
        "cannot read source lines from \(file.path): \(path) ended with code \(answer.code)"
          + words.map { "\n  \($0)" }.joined(),
        advice: isBoxBroken
          ? "The sandbox cannot be made here; --no-sandbox does without."
          : "Without --vmlinux the findings are told with what the log has.")
    }
    return answer.output
  }

  private func call(_ addresses: [UInt64], _ file: ELFFile, _ section: String?) -> HostTool {
    let place = isBoxed ? "/input/\(Self.boxedName)" : file.path
    var words = [isBoxed ? boxedPath : path, "--addresses", "--functions", "--inlines"]
    words += isLLVM ? ["--output-style=GNU", "--obj=\(place)"] : ["--exe=\(place)"]
    if let section { words.append("--section=\(section)") }
    // Not through a pipe: a tool that dies early would take its last words with it.
    words += addresses.map { "0x" + String($0, radix: 16) }
    // A hostile file must not eat the machine: memory in proportion to its size, and processor time.
    let memory = (1 << 30) + 16 * min(file.input.size, 1 << 30)
    var tool = HostTool(
      "prlimit", ["--as=\(memory)", "--cpu=300", "--core=0"] + words, to: "read source lines from \(file.path)")
    tool.timeLimit = .seconds(300)
    tool.outputLimit = 64 << 20
    guard isBoxed else { return tool }
    var mounts = [Sandbox.Mount(file.path, at: place)]
    if boxedPath != path { mounts.append(Sandbox.Mount(path, at: boxedPath)) }
    return Sandbox(mounts: mounts, directory: "/", fileLimit: 1 << 20).sandboxed(tool)
  }

  private static let boxedName = "code"

  /// In the box only the system's own programs are where they are outside.
  private var boxedPath: String { path.hasPrefix("/usr/") ? path : "/tool/addr2line" }

  private static func find(_ name: String, _ search: String) -> String? {
    let found: String? = search.split(separator: ":").lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    return found.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
  }

  private static func package(_ tools: String?) -> String {
    tools.map { "binutils-" + $0.replacing("_", with: "-") } ?? "llvm"
  }

  #if arch(s390x)
    private static let hostTools = "s390x-linux-gnu"
  #elseif arch(arm64)
    private static let hostTools = "aarch64-linux-gnu"
  #else
    private static let hostTools = "x86_64-linux-gnu"
  #endif
}
