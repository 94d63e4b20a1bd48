import ArgumentParser
import Foundation
import Kernels
import Model
import Reports
import Storage

struct KernelListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List cached kernels, newest first.", discussion: "  zlab kernel list")

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let contents = KernelStore(folders: userLocations).contents()
    for problem in contents.damaged { printStatus("zlab: \(escapedForTerminal(problem))") }
    switch output.format {
    case .json: try printResult(jsonText(contents.records))
    case .text:
      guard !contents.records.isEmpty else {
        return printStatus("No kernels. Fetch one with `zlab kernel fetch debian:bookworm`.")
      }
      let rows = contents.records.map {
        [String($0.id.prefix(12)), $0.name, $0.release, $0.created.formatted(.iso8601)]
      }
      try printResult(table([["KERNEL", "NAME", "RELEASE", "SINCE"]] + rows.map { $0.map(escapedForTerminal) }) + "\n")
    }
  }
}

struct KernelShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the details of a cached kernel.",
    discussion: "  zlab kernel show debian:bookworm")

  @Argument(help: "Kernel name, id prefix, or 'latest'", completion: kernelCompletion)
  var kernel: String

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let store = KernelStore(folders: userLocations)
    let found = try store.find(kernel)
    switch output.format {
    case .json: try printResult(jsonText(found))
    case .text: try printResult(table(rows(found, store).map { $0.map(escapedForTerminal) }) + "\n")
    }
  }

  private func rows(_ found: KernelRecord, _ store: KernelStore) -> [[String]] {
    var rows = [
      ["id", found.id], ["name", found.name], ["release", found.release], ["origin", found.origin],
      ["since", found.created.formatted(.iso8601)], ["image", store.image(of: found).path],
      ["config", store.config(of: found)?.path ?? "none"], ["modules", store.modules(of: found)?.path ?? "none"],
    ]
    guard let build = found.build else { return rows }
    if let vmlinux = store.symbols(of: found) { rows.append(["vmlinux", vmlinux.path]) }
    if let log = store.log(of: found) { rows.append(["log", log.path]) }
    rows += [["tree", build.tree], ["fragments", build.fragments.joined(separator: " ")]]
    rows += build.patches.map { ["patch", "\($0.subject) (\($0.file), \($0.how))"] }
    rows += build.missing.map { ["missing", $0] }
    rows += [["toolchain", build.toolchain], ["sandbox", build.sandboxed ? "yes" : "no"], ["build", summary(build)]]
    return rows
  }
}

struct KernelRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a kernel from the cache.", discussion: "  zlab kernel remove mine")

  @Argument(help: "Kernel name or id prefix", completion: kernelCompletion)
  var kernel: String

  func run() throws {
    let store = KernelStore(folders: userLocations)
    let found = try store.find(kernel)
    try store.remove(found)
    printStatus("removed \(found.id.prefix(12)) \(escapedForTerminal(found.name))")
  }
}
