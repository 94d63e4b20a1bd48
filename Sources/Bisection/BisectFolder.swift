package import Foundation
package import KernelSource
package import Model
package import Storage

/// Storage of one bisection: `bisections/NAME` in the state folder.
package struct BisectFolder: Sendable {
  package let name: String
  package let folder: URL

  /// - Throws: ``RequestError`` for what cannot be a folder's name.
  package init(_ name: String, in folders: Locations) throws(RequestError) {
    guard name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,63}/) != nil else {
      throw RequestError("invalid bisection name '\(name)': use letters, digits, '.', '_' and '-'")
    }
    self.name = name
    folder = Self.place(folders).appending(path: name)
  }

  /// The names of all bisections.
  package static func names(in folders: Locations) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: place(folders).path)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  package var exists: Bool { FileManager.default.fileExists(atPath: folder.path) }

  /// Begins a bisection: the folder appears whole or not at all.
  /// - Parameter fill: writes more into the folder, whose final path it is not yet.
  /// - Throws: ``RequestError`` when there is one of that name, ``LabError`` when the disk refuses.
  package func create(_ plan: BisectPlan, _ range: CommitRange, fill: (URL) throws -> Void = { _ in }) async throws {
    guard !exists else { throw taken }
    try makeFolder(folder.deletingLastPathComponent())
    try await createDirectoryAtomically(folder) { draft in
      try await reportingDisk("keep the bisection \(name)") {
        try encoder.encode(plan).write(to: draft.appending(path: "plan.json"))
        try encoder.encode(range).write(to: draft.appending(path: "history.json"))
        try fill(draft)
      }
    }
    // Another process may have been quicker: then its folder has stayed.
    guard try self.plan() == plan else { throw taken }
  }

  /// Plan of the bisection.
  /// - Throws: ``RequestError`` when there is no such bisection, ``LabError`` when its file is damaged.
  package func plan() throws -> BisectPlan {
    guard exists else {
      throw RequestError(
        "bisection '\(name)' not found", advice: "Start one with `zlab bisect start`; --name selects one of several.")
    }
    return try read("plan.json")
  }

  /// The commits, as they were when it began.
  /// - Throws: ``LabError`` when the file is damaged.
  package func range() throws -> CommitRange { try read("history.json") }

  /// Journal of the bisection.
  /// - Throws: ``LabError`` when it is damaged.
  package func journal() throws(LabError) -> Journal { try Journal(at: folder.appending(path: "journal")) }

  /// Takes it away, gone at once for others.
  /// - Throws: ``LabError`` when the disk refuses.
  package func remove() async throws {
    let path = folder.path
    try await reportingDisk("remove the bisection \(name)") { try removeAtOnce(path) }
  }

  private var taken: RequestError { Self.taken(name) }

  /// Reason why a bisection cannot be begun under a name.
  package static func taken(_ name: String) -> RequestError {
    RequestError(
      "bisection '\(name)' already exists",
      advice: "Resume it with `zlab bisect run`, delete it with `zlab bisect reset`, or use another --name.")
  }

  private func read<Value: Decodable>(_ file: String) throws -> Value {
    let place = folder.appending(path: file)
    do { return try decoder.decode(Value.self, from: Data(contentsOf: place)) } catch {
      throw LabError(
        "cannot read \(place.path), or it is of another version of zlab: \(error)",
        advice: "Delete the bisection with `zlab bisect reset`.")
    }
  }

  private static func place(_ folders: Locations) -> URL { folders.state.appending(path: "bisections") }
}

private let encoder: JSONEncoder = {
  let encoder = JSONEncoder()
  encoder.dateEncodingStrategy = .iso8601
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return encoder
}()

private let decoder: JSONDecoder = {
  let decoder = JSONDecoder()
  decoder.dateDecodingStrategy = .iso8601
  return decoder
}()
