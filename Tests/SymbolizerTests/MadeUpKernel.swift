import Foundation
import HostTools
import Testing

/// A small s390x program with what a kernel has: a banner, a build id, functions inlined into one another, static
/// functions of one name. It is compiled for each test that needs it.
final class MadeUpKernel {
  let folder: URL
  var vmlinux: String { folder.appending(path: "vmlinux").path }
  var modules: URL { folder.appending(path: "modules") }
  private var code: [String: Disassembly] = [:]

  static let banner = "Linux version 6.1.99-made-up (lab@host) (gcc 12) #1 SMP Thu Jan 1 00:00:00 UTC 2026"

  /// - Parameter sources: instead of or in addition to ``sources``.
  init(
    banner: String = banner, sources: [String: String] = [:],
    buildID: String = "0x" + String(repeating: "ab", count: 20),
    options: [String] = ["-g"]
  ) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "zlab-kernel-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: true)
    let all = Self.sources.merging(sources) { $1 }
    for (path, text) in all {
      let file = folder.appending(path: "src/\(path)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let files = all.keys.filter { $0.hasSuffix(".c") && !$0.hasPrefix("modules/") }.sorted()
    try await compile(
      options + files.map { "\(folder.path)/src/\($0)" } + [
        "-DBANNER=\"\(banner)\\n\"", "-nostdlib", "-static", "-Wl,-Ttext=0x100000", "-Wl,-e,start_kernel",
        "-Wl,--build-id=\(buildID)", "-o", vmlinux,
      ])
    code[vmlinux] = try await Disassembly(vmlinux)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Compiles `modules/NAME.c` to an object without addresses, as modules are.
  func addModule(_ name: String) async throws -> URL {
    let file = modules.appending(path: "\(name).ko")
    try await compile(["-g", "-c", "\(folder.path)/src/modules/\(name).c", "-o", file.path])
    code[name.replacing("-", with: "_")] = try await Disassembly(file.path)
    return file
  }

  private func compile(_ words: [String]) async throws {
    let common = ["-O2", "-ffreestanding", "-fno-toplevel-reorder", "-fno-ipa-icf", "-fno-ipa-cp", "-fno-ipa-ra"]
    try await HostTool("s390x-linux-gnu-gcc", common + words, to: "compile a made-up kernel").run()
  }

  /// Address of an instruction of a function, and what a kernel prints for the place behind it.
  func spot(
    _ function: String, behind text: String, number: Int = 0, module: String? = nil
  ) throws -> Spot {
    let functions = try #require(code[module ?? vmlinux]).functions.filter { $0.name == function }
    let found = try #require(functions.dropFirst(number).first, "\(function)")
    let index = try #require(found.lines.firstIndex { $0.text.contains(text) }, "\(text) in \(function)")
    let end = index + 1 < found.lines.count ? found.lines[index + 1].address : found.start + found.size
    return Spot(function: found.name, start: found.start, offset: end - found.start, size: found.size, module: module)
  }

  /// The name in the tree and the number of the line that a comment marks.
  static func place(_ mark: String, in path: String) throws -> String {
    let lines = try #require(sources[path]).split(separator: "\n", omittingEmptySubsequences: false)
    let index = try #require(lines.firstIndex { $0.hasSuffix("// " + mark) }, "\(mark)")
    return "\(path):\(index + 1)"
  }
}

/// One place in a made-up kernel.
struct Spot {
  let function: String
  let start: UInt64
  var offset: UInt64
  var size: UInt64
  let module: String?
  /// Load offset of the kernel: more than where it was linked.
  var slide: UInt64 = 0

  /// `foo+0x10/0x20 [module]`.
  var symbol: String {
    "\(function)+0x\(String(offset, radix: 16))/0x\(String(size, radix: 16))" + (module.map { " [\($0)]" } ?? "")
  }

  var address: String {
    let digits = String(start &+ offset &+ slide, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  func moved(by slide: UInt64) -> Spot {
    var spot = self
    spot.slide = slide
    return spot
  }
}

/// Output of objdump for a file.
struct Disassembly {
  struct Function {
    let name: String
    let start: UInt64
    var lines: [(address: UInt64, text: String)] = []
    /// Up to the next one, as kernels print it.
    var size: UInt64 = 0
  }

  private(set) var functions: [Function] = []

  init(_ file: String) async throws {
    let text = try await HostTool("s390x-linux-gnu-objdump", ["-d", file], to: "disassemble").run().text
    for line in text.split(separator: "\n") {
      if line.hasSuffix(">:"), let start = UInt64(line.prefix(16), radix: 16) {
        functions.append(Function(name: String(line.dropFirst(18).dropLast(2)), start: start))
      } else if let colon = line.firstIndex(of: ":"), !functions.isEmpty,
        let address = UInt64(line[..<colon].drop { $0 == " " }, radix: 16)
      {
        functions[functions.count - 1].lines.append((address, String(line[colon...])))
      }
    }
    for index in functions.indices {
      let end = index + 1 < functions.count ? functions[index + 1].start : 0
      // The last one of a section ends with its last instruction, whose bytes come first in the line.
      let last = functions[index].lines.last
      let length = last?.text.split(separator: "\t").dropFirst().first?.split(separator: " ").count ?? 0
      let own = (last?.address ?? 0) + UInt64(length)
      functions[index].size = (end > functions[index].start ? end : own) - functions[index].start
    }
  }
}
