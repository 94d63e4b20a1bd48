import ArgumentParser
import Foundation
import KernelSource
import Kernels
import Model
import Reports
import Storage
import Trials

struct CachePruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove the least recently used kernels, images, sources and objects from the cache.",
    discussion: """
      Everything removed can be rebuilt or fetched again. Results, and anything used within the last six hours, are kept.

        zlab cache prune --older-than 30d
        zlab cache prune --larger-than 20G --dry-run
      """)

  @Option(help: ArgumentHelp("Remove what was not used for this time", valueName: "time"), transform: timeArgument)
  var olderThan: Duration?

  @Option(
    help: ArgumentHelp("Remove until the cache is at most this large, for instance 20G", valueName: "size"),
    transform: sizeArgument)
  var largerThan: Int?

  @Flag(help: "Print what would be removed")
  var dryRun = false

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    guard olderThan != nil || largerThan != nil else { throw ValidationError("Give --older-than or --larger-than.") }
  }

  func run() throws {
    for place in ["kernels", "images", "disks", "guests", "ccache", "sources/trees", "symbols"] {
      sweepDrafts(under: userLocations.cache.appending(path: place))
    }
    let due = itemsToPrune(
      cacheItems(), olderThan: olderThan.map { $0 / .seconds(1) }, largerThan: largerThan)
    let items = dryRun ? due : try due.filter { try remove($0) }
    switch output.format {
    case .json: try printResult(jsonText(items))
    case .text:
      if !items.isEmpty { try printResult(table(rows(items)) + "\n") }
      let total = megabytes(items.map(\.size).reduce(0, +))
      printStatus("\(dryRun ? "would remove" : "removed") \(count(items.count, "item")), \(total)")
    }
  }

  /// True if it is gone: what others use stays.
  private func remove(_ item: CacheItem) throws -> Bool {
    do {
      switch item.kind {
      case "guest": return try SnapshotStore(userLocations).remove(item)
      case "source": try SourceStore(folders: userLocations).remove(item)
      default: try removeAtOnce(item.path)
      }
      return true
    } catch {
      throw LabError("cannot remove \(item.path): \(reason(error))")
    }
  }
}

/// Bytes as a person reads them.
func megabytes(_ bytes: Int) -> String { "\((bytes + 1 << 19) >> 20) MiB" }

/// Reads a size such as `500M` or `20G`, in powers of 1024.
@Sendable func sizeArgument(_ text: String) throws -> Int {
  let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
  guard let unit = text.uppercased().last, let shift = shifts[unit], let number = Int(text.dropLast()),
    (0..<1 << 20).contains(number)
  else { throw ValidationError("'\(text)' is not a size such as 500M or 20G") }
  return number << shift
}
