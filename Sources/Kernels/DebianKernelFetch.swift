import DebianPackages
import Foundation
import HostTools
import Model

/// The search for a kernel of a Debian release that can be had: in the archive, newest first, then in the cache.
struct DebianKernelFetch {
  let store: KernelStore
  let archive: DebianArchive
  /// The only one that will do; nil for the newest that can be had.
  let version: String?
  /// True if what the cache holds may stand in for what the archive does not have.
  let usesCache: Bool

  private var name: String { "debian:\(archive.release)" + (version.map { "=" + $0 } ?? "") }

  func run(_ progress: (String) -> Void) async throws -> KernelRecord {
    do { try await archive.refresh(progress: progress) } catch let error as LabError {
      guard let last = cached(newerThan: nil) else { throw error }
      progress("\(error.problem.split(separator: "\n")[0]); taking \(words(last))")
      return last
    }
    var refused: [DebianPackage] = []
    var kernels = try await listed(refusing: &refused, progress)
    repeat {
      for kernel in kernels {
        guard let found = try await fetch(kernel, refusing: &refused, progress) else { continue }
        return found
      }
      guard try await archive.widen() else { break }
      kernels = try await candidates()
    } while true
    guard !refused.isEmpty else { throw try await noKernel() }
    guard let last = cached(newerThan: nil) else { throw archive.unavailable(refused) }
    progress("\(archive.lacking(refused)); taking \(words(last))")
    return last
  }

  // The kernels to try, in order. When the first cannot be had, the mirror may have replaced it meanwhile.
  private func listed(refusing refused: inout [DebianPackage], _ progress: (String) -> Void) async throws
    -> [DebianKernel]
  {
    let kernels = try await candidates()
    guard let first = kernels.first, store.known(try await id(of: first)) == nil else { return kernels }
    let wasMissing = archive.wasMissing(first.packages)
    refused = try await archive.fetch(first.packages, progress: progress)
    guard !refused.isEmpty, !wasMissing else { return kernels }
    try? await archive.refresh(olderThan: 900, progress: progress)
    let newer = try await candidates()
    refused = refused.filter { package in newer.contains { $0.packages.contains(package) } }
    return newer
  }

  // Nil when the archive does not have it; it is then among `refused`.
  private func fetch(
    _ kernel: DebianKernel, refusing refused: inout [DebianPackage], _ progress: (String) -> Void
  ) async throws -> KernelRecord? {
    if kernel.packages.contains(where: refused.contains) { return nil }
    if !refused.isEmpty, let better = cached(newerThan: kernel.version) {
      progress("\(archive.lacking(refused)); taking \(words(better))")
      return better
    }
    let id = try await id(of: kernel)
    if let known = store.known(id) {
      if !refused.isEmpty { progress("\(archive.lacking(refused)); taking \(words(known))") }
      return known
    }
    let missing = try await archive.fetch(kernel.packages, progress: progress)
    guard missing.isEmpty else {
      refused += missing
      return nil
    }
    if !refused.isEmpty { progress("\(archive.lacking(refused)); taking \(kernel.image.name) \(kernel.version)") }
    progress("unpacking \(kernel.image.name) \(kernel.version)")
    return try await store.add(kernel, id: id, name: name, from: archive)
  }

  private func id(of kernel: DebianKernel) async throws -> String {
    let sums = kernel.packages.map { $0.sha256 + "\n" }.joined()
    return try await sha256(ofText: "zlab.kernel/1\n\(name)\n\(sums)")
  }

  private func candidates() async throws -> [DebianKernel] {
    guard let version else { return try await archive.defaultKernels() }
    return try await archive.kernels().filter { $0.version == version }
  }

  private func noKernel() async throws -> RequestError {
    let versions = try await archive.kernels().map(\.version)
    guard let version, !versions.isEmpty else {
      return RequestError("Debian \(archive.release) has no kernel for s390x")
    }
    // `6.12.107` for `6.12.107-1`.
    let near = versions.first { $0.hasPrefix(version + "-") } ?? similarName(to: version, among: versions)
    let meant = near.map { "Did you mean debian:\(archive.release)=\($0)? " } ?? ""
    return RequestError(
      "Debian \(archive.release) has no kernel \(version) for s390x",
      advice: meant + "It has \(versions.prefix(6).joined(separator: ", ")); see `zlab kernel fetch --list "
        + "debian:\(archive.release)`.")
  }

  // The newest of this name in the cache; with a version, only a newer one.
  private func cached(newerThan older: String?) -> KernelRecord? {
    guard usesCache else { return nil }
    let all = store.list().filter { kernel in
      kernel.name == name || (version != nil && kernel.version == version && name.hasPrefix(kernel.name + "="))
    }
    guard let older else { return all.first }
    func rank(_ kernel: KernelRecord) -> DebianVersion { DebianVersion(kernel.version ?? "") }
    let newer = all.filter { $0.version != nil && rank($0) > DebianVersion(older) }
    return newer.max { rank($0) < rank($1) }
  }

  private func words(_ kernel: KernelRecord) -> String {
    let day = kernel.created.formatted(.iso8601.year().month().day())
    return "\(kernel.release), which was fetched on \(day)"
  }
}
