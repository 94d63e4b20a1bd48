import Foundation
import Model

/// One line of an export: exactly one of what it may hold.
struct ArchiveLine: Codable {
  /// The first line of a file.
  struct Header: Codable, Hashable {
    var schema: String
    var machine: String
    var made: Date
  }

  /// Counts of a run whose trials were taken out.
  struct Counts: Codable, Hashable {
    var passes: Int
    var fails: Int
    var misses: Int
    var cut: Int
    var seconds: Double
    var sightings: [TrialObservation]
  }

  struct TrialObservation: Codable, Hashable {
    var signature: String
    var kind: String
    var title: String
    var trials: Int
    var named: Int
    var cut: Int
    var first: Int
    var seen: Date
  }

  struct OneRun: Codable, Hashable {
    var record: Run
    var line: String
    /// It was made by another machine than the one that exports it.
    var foreign: Bool
    /// nil when all its trials follow.
    var counts: Counts?
  }

  struct OneTrial: Codable, Hashable {
    var run: String
    var record: Trial
  }

  struct OneNight: Codable, Hashable {
    var record: NightRecord
    var foreign: Bool
    var cells: [CellRecord]
    var news: [Regression]
  }

  struct OneBisect: Codable, Hashable {
    var record: BisectRecord
    var foreign: Bool
  }

  struct OneVerify: Codable, Hashable {
    var record: VerifyResult
    var foreign: Bool
  }

  /// A correction of the grouping: all of a signature, or its sightings that have a text, belong to another.
  struct Grouping: Codable, Hashable {
    var signature: String
    var text: String?
    var target: String
  }

  var header: Header?
  var run: OneRun?
  var trial: OneTrial?
  var night: OneNight?
  var bisect: OneBisect?
  var verify: OneVerify?
  var grouping: Grouping?
  var sighting: FieldSighting?
}

extension ArchiveLine {
  /// Reason for refusing a line that can be read: it names something that must not be a path or a number.
  var defect: String? {
    if let run = run?.record {
      let names = [run.kernel.id, run.image.id, run.image.disk ?? ""]
      // A slash would make a path of what the cache is looked up by.
      if let name = names.first(where: { $0.contains("/") || $0.hasPrefix(".") }) {
        return "'\(name.prefix(40))' is no id"
      }
    }
    if let sighting, sighting.key.wholeMatch(of: /[0-9a-f]{32}/) == nil {
      return "'\(sighting.key.prefix(40))' is no key of a sighting"
    }
    if let sighting, sighting.excerpt.utf8.count > FieldSighting.excerptLimit {
      return "the excerpt of a sighting is longer than \(FieldSighting.excerptLimit) bytes"
    }
    if let trial = trial?.record, !(1...1_000_000_000).contains(trial.number) {
      return "\(trial.number) is no number of a trial"
    }
    return nil
  }
}

/// The schema of an export's lines.
let archiveSchema = "zlab.export/1"

/// Id of this machine in an export.
let machineName = ProcessInfo.processInfo.hostName
