import ArgumentParser
import Bisection
import Foundation
import Kernels
import Model

// A search goes on for hours, and a fragment of the user's may change meanwhile: it is copied at the start.
private let fragments = "fragments"

/// The options of a build as they are kept: files of the user's by the names of their copies.
func keptWords(_ build: BuildOptions) -> [String] {
  var kept = build
  kept.configs = []
  let configs = build.configs.enumerated().flatMap {
    ["--config", isFragmentFile($1) ? "./\(fragments)/\($0).config" : $1]
  }
  let more = build.buildJobs.map { ["--build-jobs", String($0)] } ?? []
  return kept.words + configs + more + (build.mirror.map { ["--mirror", $0] } ?? [])
}

/// Copies the fragments that are files of the user's into a bisection's folder.
func keepFragments(_ build: BuildOptions, in folder: URL) throws {
  let place = folder.appending(path: fragments)
  for (index, config) in build.configs.enumerated() where isFragmentFile(config) {
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: config, toPath: place.appending(path: "\(index).config").path)
  }
}

extension BisectFolder {
  /// The options of its builds.
  /// - Throws: `LabError` when they are of another version of zlab.
  func buildOptions(_ plan: BisectPlan) throws -> BuildOptions {
    do {
      var options = try BuildOptions.parse(plan.buildWords)
      options.configs = options.configs.map { $0.hasPrefix("./") ? folder.appending(path: $0.dropFirst(2)).path : $0 }
      return options
    } catch {
      throw LabError("bisection \(name) was started by another version of zlab: \(error)")
    }
  }

  /// The options of where its guests run.
  /// - Throws: `LabError` when they are of another version of zlab.
  func hostOptions(_ plan: BisectPlan) throws -> HostOptions {
    do { return try HostOptions.parse(plan.hostWords) } catch {
      throw LabError("bisection \(name) was started by another version of zlab: \(error)")
    }
  }
}
