import Foundation
import HostTools
import Model
package import Storage

/// The TCG plugin that carries out `--schedule turns`, as a library that one QEMU can load.
///
/// A package brings it beside the program. Where it is not there it is compiled by the host's `gcc` into the cache, as
/// the guests' programs are by the cross compiler: SwiftPM would link it with the Swift runtime.
package actor TurnsPlugin {
  private let folders: Locations
  private let emulator: String
  private var work: Task<String, any Error>?

  /// - Parameter emulator: path of `qemu-system-s390x`.
  package init(_ folders: Locations, emulator: String) {
    self.folders = folders
    self.emulator = emulator
  }

  /// Path of the library, after it was tried in the emulator; found and tried once.
  /// - Throws: `LabError` when it cannot be compiled, or the emulator cannot use it.
  package func path() async throws -> String {
    let (folders, emulator) = (folders, emulator)
    let work =
      work
      ?? Task {
        let library = try await Self.library(folders)
        try await Self.check(library, in: emulator)
        return library
      }
    self.work = work
    return try await work.value
  }

  private static let name = "zlab-turns.so"

  private static func library(_ folders: Locations) async throws -> String {
    let beside = Bundle.module.bundleURL.deletingLastPathComponent().appending(path: name)
    if access(beside.path, R_OK) == 0 { return beside.path }
    let sources = Bundle.module.bundleURL.appending(path: "plugin")
    let place = folders.cache.appending(path: "plugins/turns-\(try fingerprint(of: sources))")
    let library = place.appending(path: name).path
    if access(library, R_OK) != 0 {
      try await createDirectoryAtomically(place) { draft in
        try await compile(sources, to: draft.appending(path: name).path)
      }
    }
    return library
  }

  // The same options as scripts/deb has.
  private static func compile(_ sources: URL, to library: String) async throws {
    let files = try names(in: sources).filter { $0.hasSuffix(".c") }.map { sources.appending(path: $0).path }
    let options = ["-O2", "-std=gnu11", "-fPIC", "-fvisibility=hidden", "-shared", "-o", library]
    try await HostTool("gcc", options + files, to: "compile the plugin for --schedule turns").run()
  }

  /// Loads the library into the emulator, which then says whether it can be used there, and ends.
  private static func check(_ library: String, in emulator: String) async throws {
    let option = library.replacing(",", with: ",,") + ",check=on"
    var tool = HostTool(
      emulator, ["-machine", "none", "-display", "none", "-nodefaults", "-plugin", option],
      to: "try the plugin for --schedule turns in \(emulator)")
    tool.timeLimit = .seconds(60)
    let result = try await tool.result()
    let lines = result.stderr.split(separator: "\n")
    if result.code == 0, lines.contains("zlab-turns: able") { return }
    let own = lines.first { $0.hasPrefix("zlab-turns: ") }?.dropFirst("zlab-turns: ".count)
    let words = own ?? lines.last ?? "it ended with code \(result.code)"
    throw LabError(
      "cannot run vCPUs in turns: \(emulator) cannot use the plugin \(library): \(words.prefix(300))",
      advice: "Debian's QEMU 7.2 and 10.0 can; --schedule icount needs no plugin and has one vCPU.")
  }

  private static func names(in folder: URL) throws(LabError) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() } catch {
      throw LabError("cannot read the plugin's source in \(folder.path): \(reason(error))")
    }
  }

  // Over names and contents: other sources are another library.
  private static func fingerprint(of sources: URL) throws(LabError) -> String {
    let bytes = try names(in: sources).flatMap { name in
      let content = FileManager.default.contents(atPath: sources.appending(path: name).path) ?? Data()
      return Array(name.utf8) + [0] + content
    }
    return String(stableNumber(bytes), radix: 16)
  }
}
