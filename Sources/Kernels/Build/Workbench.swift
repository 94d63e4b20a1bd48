import Foundation
import HostTools
import KernelSource
import Model
import Storage

/// The kernel's make, called in the box or, on demand, outside of it.
///
/// In the box every build sees the same paths, so that ccache and debug information know no path of this host.
struct Workbench {
  let checkout: Checkout
  let folder: BuildFolder
  let toolchain: Toolchain
  let cache: CompilerCache
  let isBoxed: Bool
  let limits: SandboxLimits
  let jobs: Int
  /// Host name in the kernel's banner.
  let hostName: String

  /// The output folder, as the build sees it.
  var output: String { isBoxed ? "/out" : folder.output.path }

  /// A call of make for `targets`, whose output goes to the build's log.
  func make(_ targets: [String], _ variables: [String] = [], log: URL? = nil, to purpose: String) -> HostTool {
    let fixed = ["-C", isBoxed ? "/src" : checkout.folder.path, "O=\(output)", "-j\(jobs)"]
    let words = ["make"] + fixed + toolchain.variables + variables + targets
    var tool = HostTool(
      "bash", ["-c", "\"$@\"; code=$?; times > \(output)/.times; exit $code", "build"] + words, to: purpose)
    tool.log = (log ?? folder.log).path
    tool.timeLimit = .seconds(4 * 3600)
    // Kernels built from the same things shall be the same: Documentation/kbuild/reproducible-builds.rst.
    tool.environment = [
      "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970", "KBUILD_BUILD_USER": "zlab",
      "KBUILD_BUILD_HOST": hostName, "KBUILD_BUILD_VERSION": "1", "KCONFIG_NOSILENTUPDATE": "1",
    ]
    tool.environment.merge(cache.environment(scratch: output + "/.ccache", path: path)) { $1 }
    return isBoxed ? box.sandboxed(tool) : tool
  }

  /// Statistics of ccache; in the box too, because the build may have put anything where the counters were.
  func cacheCounts() async -> (hits: Int, misses: Int) {
    var tool = HostTool("ccache", ["--print-stats"], to: "count what ccache knew")
    tool.environment = ["CCACHE_DIR": output + "/.ccache", "CCACHE_CONFIGPATH": "/dev/null"]
    guard let text = try? await (isBoxed ? box.sandboxed(tool) : tool).run().text else { return (0, 0) }
    return CompilerCache.counts(in: text)
  }

  /// CPU seconds of make and all that it started; 0 when that is not known.
  ///
  /// bash's `times` prints the shell's own times, then those of its children, as `1m2.500s 0m3.250s`. The system's own
  /// account of our children does not have them: bubblewrap ends without waiting for its inner process.
  func processorSeconds() -> Double {
    let text = (try? BuildOutput(folder: folder.output).text(".times", cap: 256)) ?? ""
    let children = text.split(separator: "\n").dropFirst().first ?? ""
    return children.split(separator: " ").map { word in
      let parts = word.dropLast().split(separator: "m")
      let seconds = parts.count == 2 ? (Double(parts[0]) ?? 0) * 60 + (Double(parts[1]) ?? 0) : 0
      return (0...1e9).contains(seconds) ? seconds : 0
    }.reduce(0, +)
  }

  // Where the build finds a store of this host.
  private func path(_ store: URL) -> String {
    isBoxed ? "/ccache" + store.path.dropFirst(cache.place.path.count) : store.path
  }

  private var box: Sandbox {
    let stores = cache.shared.map { Sandbox.Mount($0.path, at: path($0)) }
    return Sandbox(
      mounts: [
        .init(checkout.folder.path, at: "/src"), .init(folder.output.path, at: "/out", isWritable: true),
        .init(cache.own.path, at: path(cache.own), isWritable: true),
      ] + stores, directory: "/out", limits: limits)
  }

  /// Runs make and watches its log, its size and the disk.
  /// - Parameter onLog: told whenever there was more in the log.
  /// - Throws: `RequestError` when the source is at fault, `LabError` when the host is; `CancellationError`.
  func run(_ tool: HostTool, onLog: @escaping @Sendable (BuildLog) -> Void) async throws {
    let watch = LogWatch(file: tool.log ?? folder.log.path)
    // On a busy host the watch may look before the tool truncates the log of the call before.
    try? FileManager.default.removeItem(atPath: tool.log ?? folder.log.path)
    let result = try await withThrowingTaskGroup(of: ToolOutput?.self) { group in
      group.addTask { try await tool.result() }
      group.addTask {
        while !Task.isCancelled {
          try await Task.sleep(for: .milliseconds(250))
          onLog(try watch.read())
          try checkSpace()
        }
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    try Task.checkCancellation()
    if let limit = result?.limit { throw excess(limit, of: tool) }
    guard result?.code != 0 else { return onLog(try watch.read()) }
    throw try failure(of: tool, watch.read(), code: result?.code ?? -1)
  }

  private func checkSpace() throws(LabError) {
    if let free = freeSpace(at: folder.output.path), free < 48 << 20 { throw full }
  }

  private var full: LabError {
    LabError(
      "cannot build the kernel: the disk that holds \(folder.output.path) is full",
      advice:
        "A first build takes about 2 GB, most of it the source. Free disk space, or set ZLAB_HOME to another disk.")
  }

  // No compiler needs so many processes; how much memory it needs depends on the host too.
  private func excess(_ limit: SandboxLimit, of tool: HostTool) -> any Error {
    let kept = folder.end(keeping: tool.log.map { URL(fileURLWithPath: $0) } ?? folder.log)
    let problem = "cannot \(tool.purpose): the build reached \(limit) and was ended"
    switch limit {
    case .processes: return RequestError(problem, advice: kept.map { "What the build printed is in \($0.path)" })
    case .disk: return full
    case .memory:
      return LabError(
        problem,
        advice: "The limit is half of this host's memory, 2 GiB at least; `--build-jobs` with fewer needs less.",
        evidence: kept?.path)
    }
  }

  private func failure(of tool: HostTool, _ log: BuildLog, code: Int) throws -> any Error {
    try checkSpace()
    let kept = folder.end(keeping: tool.log.map { URL(fileURLWithPath: $0) } ?? folder.log)
    if let trouble = log.hostTrouble {
      return LabError(
        "cannot \(tool.purpose): \(trouble)", advice: "Check the host with `zlab doctor`.", evidence: kept?.path)
    }
    let words = log.stderr ?? "make ended with code \(code)"
    let where_ = kept.map { "What the build printed is in \($0.path)" }
    return RequestError("cannot \(tool.purpose): \(words.replacing("/src/", with: ""))", advice: where_)
  }
}

/// Reads a growing log up to where it is; one task at a time.
private final class LogWatch: @unchecked Sendable {
  private let file: String
  private var position = 0
  private var log = BuildLog()
  // A build of the usual configuration prints 40 KB.
  private static let cap = 64 << 20

  init(file: String) { self.file = file }

  func read() throws(RequestError) -> BuildLog {
    guard let handle = FileHandle(forReadingAtPath: file) else { return log }
    defer { try? handle.close() }
    // The build may also have made its log longer than it wrote.
    if let size = try? handle.seekToEnd(), size > UInt64(Self.cap) { throw tooLong }
    try? handle.seek(toOffset: UInt64(position))
    while let bytes = try? handle.read(upToCount: 1 << 20), !bytes.isEmpty {
      position += bytes.count
      log.take(bytes)
      if position > Self.cap { throw tooLong }
    }
    return log
  }

  private var tooLong: RequestError {
    RequestError("the build printed more than \(Self.cap >> 20) MiB and was ended")
  }
}
