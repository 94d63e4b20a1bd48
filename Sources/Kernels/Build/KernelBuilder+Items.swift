import Foundation
import KernelSource
import Model
package import Storage

extension KernelBuilder {
  /// Removable results of builds: kernels, checked-out sources, ccache's stores.
  package func cacheItems() -> [CacheItem] {
    let files = FileManager.default
    // What a person added cannot be made again.
    let built = kernels.list().filter { $0.build != nil || $0.name.hasPrefix("debian:") }.map { kernel in
      CacheItem(kind: "kernel", name: kernel.name, place: kernels.image(of: kernel).deletingLastPathComponent())
    }
    let place = folders.cache.appending(path: "ccache")
    let stores = ((try? files.contentsOfDirectory(atPath: place.path)) ?? []).map { name in
      CacheItem(kind: "ccache", name: name, place: place.appending(path: name))
    }
    return built + stores + sources.cacheItems()
  }
}
