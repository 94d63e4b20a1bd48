import ArgumentParser
import Foundation
import ImageRecipes
import Images
import Kernels
import Model
import Reports
import Storage
import Trials

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Show and prune the cache of kernels, images, sources and objects.",
    discussion: """
        zlab cache show
        zlab cache prune --older-than 30d --dry-run
      """,
    subcommands: [CacheShowCommand.self, CachePruneCommand.self])
}

struct CacheShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "List the contents of the cache with sizes, least recently used first.",
    discussion: """
      Everything in the cache can be rebuilt or fetched again. Results are not part of it.

        zlab cache show
      """)

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let items = cacheItems().sorted { ($0.used, $0.path) < ($1.used, $1.path) }
    switch output.format {
    case .json: try printResult(jsonText(items))
    case .text:
      let total = "\(count(items.count, "item")), \(megabytes(items.map(\.size).reduce(0, +)))"
      guard !items.isEmpty else { return printStatus("The cache is empty (\(userLocations.cache.path)).") }
      try printResult(table([["KIND", "NAME", "SIZE", "LAST USED"]] + rows(items)) + "\n")
      printStatus("\(total) in \(userLocations.cache.path)")
    }
  }
}

/// Cells of a table of cached items: kind, name, size, time of the last use.
func rows(_ items: [CacheItem]) -> [[String]] {
  items.map { [$0.kind, escapedForTerminal($0.name), megabytes($0.size), $0.used.formatted(.iso8601)] }
}

/// Everything in the cache that can be made again.
func cacheItems() -> [CacheItem] {
  let images = ImageStore(folders: userLocations, recipes: bundledRecipes)
  let disks = DiskStore(folders: userLocations, recipes: bundledRecipes)
  let imageItems = images.list().map { image in
    CacheItem(
      kind: "image", name: "\(image.name) for \(image.kernel.prefix(12))",
      place: images.initramfs(of: image).deletingLastPathComponent())
  }
  let diskItems = disks.list().map { disk in
    CacheItem(kind: "disk", name: disk.name, place: disks.file(of: disk).deletingLastPathComponent())
  }
  return KernelBuilder(folders: userLocations).cacheItems() + imageItems + diskItems
    + SnapshotStore(userLocations).cacheItems + DebianSymbols(folders: userLocations).cacheItems
}
