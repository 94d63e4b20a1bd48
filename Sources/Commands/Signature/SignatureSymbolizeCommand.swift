import ArgumentParser
import Foundation
import Kernels
import Model
import Reports
import ResultStore
import Symbolizer

struct SignatureSymbolizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "symbolize",
    abstract: "Add source lines to the call traces of Debian's kernels in the field.",
    discussion: """
      Fetches the packages linux-image-RELEASE-dbg of the kernels that the clearest reports name (some 450 MB each, kept in \
      the cache) and reads them in a sandbox. A package of another version than the report's, by its version, build id \
      or sizes of functions, is refused. Signatures do not change. Exit status: 69 if a package could not be fetched.

        zlab signature symbolize
        zlab signature symbolize ba640c15 597f4c7c
      """)

  @Argument(
    help: ArgumentHelp("Signatures, or their first digits (default: all without source lines)", valueName: "signature"),
    completion: signatureCompletion)
  var signatures: [String] = []

  @Option(help: ArgumentHelp("Debian mirror (default: the one of the host's apt)", valueName: "url"))
  var mirror: String?

  @OptionGroup(title: "Progress") var progress: ProgressOptions

  func run() async throws {
    let store = try ResultStore(userLocations)
    let members = try signatures.flatMap { try store.members(of: store.signatureGroup($0).signature) }
    let count = try await FieldSymbolizing(store, mirror: mirror).symbolize(signatures.isEmpty ? nil : members)
    try printResult(
      "\(count.symbolized) of \(count.traces) traces without source lines have them now"
        + (count.foreign > 0 ? "; \(count.foreign) are of kernels that are not Debian's" : "") + "\n")
    if count.isLabFailure { throw ExitStatus.labCannot.exit }
  }
}

/// Source lines for traces of the field, from Debian's debug packages.
struct FieldSymbolizing {
  struct Count {
    /// Without source lines, before.
    var traces = 0
    var symbolized = 0
    /// Of kernels that are not Debian's.
    var foreign = 0
    var isLabFailure = false
  }

  private let store: ResultStore
  private let symbols: DebianSymbols

  init(_ store: ResultStore, mirror: String? = nil) {
    self.store = store
    symbols = DebianSymbols(folders: userLocations, mirror: mirror)
  }

  /// - Parameter signatures: nil for all of the field.
  /// - Throws: `LabError` when the database refuses; `CancellationError`.
  func symbolize(_ signatures: [String]?) async throws -> Count {
    var count = Count()
    let traces = try store.fieldTraces(of: signatures).filter { trace in
      trace.finding.frames.contains { $0.offset != nil } && !trace.finding.frames.contains { $0.source != nil }
    }
    count.traces = traces.count
    var kernels: [DebianKernelName: [FieldTrace]] = [:]
    for trace in traces {
      if let kernel = DebianKernelName(release: trace.kernel, report: trace.excerpt) {
        kernels[kernel, default: []].append(trace)
      } else {
        count.foreign += 1
      }
    }
    for (kernel, traces) in kernels.sorted(by: { $0.key.release < $1.key.release }) {
      do {
        count.symbolized += try await symbolize(traces, kernel)
      } catch let error as RequestError {
        printStatus("zlab: \(kernel.release): no source lines: \(error.problem)")
      } catch let error as LabError {
        printStatus("zlab: \(kernel.release): no source lines: \(error.problem)")
        count.isLabFailure = true
      }
    }
    return count
  }

  private func symbolize(_ traces: [FieldTrace], _ kernel: DebianKernelName) async throws -> Int {
    let findings = traces.map { reread($0.excerpt, as: $0.signature) ?? $0.finding }
    let files = try await symbols.fetch(kernel, modules: Set(findings.flatMap(\.frames).compactMap(\.module))) {
      printStatus("zlab: \($0)")
    }
    let symbolizer = try Symbolizer(vmlinux: files.vmlinux.path, modules: files.modules.path)
    var count = 0
    for (trace, finding) in zip(traces, findings) {
      var trace = trace
      do {
        // One by one: a report that contradicts the file must not leave the others without lines.
        let result = try await symbolizer.symbolize([finding], boots: [], log: "the trace of \(trace.signature)")
        guard let found = result.findings.first, found.frames.contains(where: { $0.source != nil }) else { continue }
        (trace.finding.frames, trace.finding.function) = (Array(found.frames.prefix(96)), found.function)
        try store.put(trace)
        count += 1
      } catch let error as RequestError {
        printStatus("zlab: \(trace.signature): no source lines: \(escapedForTerminal(error.problem))")
      }
    }
    return count
  }
}
