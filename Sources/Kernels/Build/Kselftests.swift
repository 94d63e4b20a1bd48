import Foundation
import HostTools
import KernelConfig
import Model

/// The selftests that a kernel's source brings along, one collection to a folder of tools/testing/selftests.
struct KselftestSource {
  private let place: URL

  /// - Parameter source: the top folder of a checked-out kernel.
  init(_ source: URL) { place = source }

  /// The options that a collection names itself, in its file `config`: what `make kselftest-merge` would merge.
  /// - Throws: `RequestError` when the source has no such collection, or what it names is no configuration.
  func needs(_ collection: String, _ version: KernelVersion) throws -> ConfigFragment {
    let path = "tools/testing/selftests/\(collection)"
    let files = BuildOutput(folder: place)
    guard collection.wholeMatch(of: /[A-Za-z0-9_-]{1,48}/) != nil, (try? files.file("\(path)/Makefile")) != nil else {
      throw RequestError(
        "Linux \(version) has no kselftests '\(collection)'",
        advice: "A collection is a folder of its tools/testing/selftests, for instance iommu since 6.2.")
    }
    let text = (try? files.text("\(path)/config", cap: ConfigFragment.cap)) ?? ""
    return try ConfigFragment(parsing: Array(text.utf8), name: "\(path)/config")
  }
}

/// Builds selftests after their kernel, as programs that need nothing but that kernel.
struct KselftestBuild {
  let bench: Workbench
  let collections: [String]

  private static let largest = 64 << 20

  /// The programs by collection.
  /// - Throws: `RequestError` when one does not compile, or too much comes out; as ``Workbench/run(_:onLog:)``.
  func programs() async throws -> [String: [URL]] {
    guard !collections.isEmpty else { return [:] }
    let log = bench.folder.log.deletingLastPathComponent().appending(path: "kselftests.log")
    // Without FORCE_TARGETS its Makefile goes on after a test that does not compile, and ends with 0.
    let variables = ["TARGETS=\(collections.joined(separator: " "))", "FORCE_TARGETS=1", "USERLDFLAGS=-static"]
    try await bench.run(bench.make(["kselftest-all"], variables, log: log, to: "build the kselftests")) { _ in }
    var programs: [String: [URL]] = [:]
    for collection in collections { programs[collection] = try take(collection) }
    return programs
  }

  private func take(_ collection: String) throws -> [URL] {
    let path = "kselftest/\(collection)"
    guard let folder = try BuildOutput(folder: bench.folder.output).folderWithoutLinks(path) else { return [] }
    var bytes = 0
    let programs = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().compactMap { name in
      let file = folder.appending(path: name)
      var status = stat()
      guard lstat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o111 != 0 else {
        return nil as URL?
      }
      bytes += Int(status.st_size)
      return file
    }
    guard !programs.isEmpty else { throw RequestError("the kselftests '\(collection)' have no program for a guest") }
    guard bytes <= Self.largest else {
      throw RequestError(
        "the kselftests '\(collection)' have \(bytes >> 20) MiB, more than the \(Self.largest >> 20) that a guest gets")
    }
    return programs
  }
}
