package import Foundation
package import Model

/// Contents of a shelf.
package struct CacheContents<Record: CachedRecord>: Sendable, Hashable {
  /// Newest first.
  package let records: [Record]
  /// One sentence for each folder that cannot be used.
  package let damaged: [String]
}

/// One kind of thing in the cache: a folder each, named by a content hash, with its record in it.
package struct CacheStore<Record: CachedRecord>: Sendable {
  private let place: URL
  private let noun: String
  private let defect: @Sendable (Record, URL) -> String?

  /// - Parameters:
  ///   - place: the folder of the folders; made with the first of them.
  ///   - noun: `kernel`, for sentences and for the record's name.
  ///   - flaw: why a record's folder cannot be used, after "cannot be used: "; nil when it can.
  package init(_ place: URL, noun: String, defect: @escaping @Sendable (Record, URL) -> String?) {
    self.place = place
    self.noun = noun
    self.defect = defect
  }

  /// The folder of the thing with this id.
  package func folder(_ id: String) -> URL { place.appending(path: id) }

  /// Everything, with what is wrong about those that cannot be used.
  package func contents() -> CacheContents<Record> {
    var records: [Record] = []
    var damaged: [String] = []
    for name in ((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []).sorted()
    where !name.hasPrefix(".") {
      do throws(LabError) {
        records.append(try record(id: name))
      } catch {
        damaged.append(error.problem)
      }
    }
    records.sort { ($0.created, $0.id) > ($1.created, $1.id) }
    return CacheContents(records: records, damaged: damaged)
  }

  /// Reads one record.
  /// - Throws: ``LabError`` when it is missing or damaged, or its folder has a flaw.
  package func record(id: String) throws(LabError) -> Record {
    let file = folder(id).appending(path: recordName)
    let unusable = "the cached \(noun) \(id.prefix(12)) cannot be used: "
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    guard let data = try? Data(contentsOf: file), let record = try? decoder.decode(Record.self, from: data) else {
      throw LabError(unusable + "\(file.path) is missing or damaged")
    }
    guard record.id == id else { throw LabError(unusable + "\(file.path) is not its record") }
    if let defect = defect(record, folder(id)) { throw LabError(unusable + defect) }
    return record
  }

  /// Publishes a thing: `fill` writes its folder and returns its record. One that is there and damaged is replaced.
  /// - Throws: what `fill` throws, or ``LabError`` when the disk refuses.
  package func add(id: String, fill: (URL) async throws -> Record) async throws -> Record {
    if (try? record(id: id)) == nil { try? FileManager.default.removeItem(at: folder(id)) }
    try await createDirectoryAtomically(folder(id)) { draft in
      try write(try await fill(draft), into: draft)
    }
    return try record(id: id)
  }

  /// Writes a thing's record anew.
  /// - Throws: ``LabError`` when the disk refuses.
  package func update(_ record: Record) throws(LabError) { try write(record, into: folder(record.id)) }

  private func write(_ record: Record, into folder: URL) throws(LabError) {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = folder.appending(path: recordName)
    do {
      try encoder.encode(record).write(to: file, options: .atomic)
    } catch {
      throw LabError("cannot write \(file.path): \(reason(error))")
    }
  }

  /// Takes a thing away.
  /// - Throws: ``LabError`` when the disk refuses.
  package func remove(_ record: Record) throws(LabError) {
    let folder = folder(record.id)
    // Gone at once for others; a sweep finds the rest if this process dies.
    let draft = place.appending(path: ".draft-\(record.id)-removed-\(UUID().uuidString.prefix(8))")
    guard rename(folder.path, draft.path) == 0 else {
      throw LabError("cannot remove the \(noun) \(record.name): \(folder.path): \(String(cString: strerror(errno)))")
    }
    try? FileManager.default.removeItem(at: draft)
  }

  private var recordName: String { noun + ".json" }
}
