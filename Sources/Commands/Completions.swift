import ArgumentParser
import Foundation
import ImageRecipes
import Model
import ResultStore
import Storage
import Trials

/// Ids of the newest runs, for shells.
let runCompletion = CompletionKind.custom { _, _, _ in ["latest"] + runs }

/// Ids of the newest runs and nights.
let resultCompletion = CompletionKind.custom { _, _, _ in ["latest", "night"] + runs + nights }

/// Ids of the newest nights.
let nightCompletion = CompletionKind.custom { _, _, _ in ["latest"] + nights }

/// Trials that failed first in the newest runs, as `--replay` takes them.
let trialCompletion = CompletionKind.custom { _, _, _ in
  (results.flatMap { try? $0.countedRuns(limit: 20) } ?? []).flatMap { run in
    (1...max(1, min(run.passes + run.fails + run.misses, 9))).map { "\(run.run.id)/\($0)" }
  }
}

/// Parameters of the scenario that the command line names so far, each up to its `=`.
let settingCompletion = CompletionKind.custom { words, _, _ in
  let scenario = words.lazy.dropFirst().compactMap { try? Catalogue.find($0) }.first
  return scenario.map { $0.parameters.keys.sorted().map { $0 + "=" } } ?? []
}

/// Names of parameters of the scenario that the command line names so far.
let parameterCompletion = CompletionKind.custom { words, _, _ in
  let scenario = words.lazy.dropFirst().compactMap { try? Catalogue.find($0) }.first
  return scenario?.parameters.keys.sorted() ?? []
}

/// The recipes of images that zlab carries.
let imageCompletion = CompletionKind.custom { _, _, _ in
  let names = (try? FileManager.default.contentsOfDirectory(atPath: bundledRecipes.path)) ?? []
  return names.filter {
    FileManager.default.fileExists(atPath: bundledRecipes.appending(path: "\($0)/recipe.yaml").path)
  }.sorted()
}

/// The newest signatures of field and lab.
let signatureCompletion = CompletionKind.custom { _, _, _ in
  (results.flatMap { try? $0.signatureGroups(limit: 50).groups } ?? []).map(\.signature)
}

// A key that is pressed must not make a database where there is none.
private var results: ResultStore? {
  guard FileManager.default.fileExists(atPath: userLocations.state.appending(path: "results.sqlite").path) else {
    return nil
  }
  return try? ResultStore(userLocations)
}

private var runs: [String] { (results.flatMap { try? $0.countedRuns(limit: 50) } ?? []).map(\.run.id) }

private var nights: [String] { (results.flatMap { try? $0.nights(limit: 50) } ?? []).map(\.id) }
