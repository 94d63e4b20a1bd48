import Foundation
import Model
import Reports
import ResultStore
import Runs
import Storage

/// State for resuming a comparison: `comparison.json` in the folder of each of its two runs.
struct ComparisonFile: Codable {
  static let schema = "zlab.comparison/2"

  var schema = Self.schema
  /// The runs of the two sides.
  let before: String
  let after: String
  /// The words of the command behind `zlab verify`, with absolute paths and the seed.
  let arguments: [String]

  /// Writes it beside the trials of both sides.
  /// - Throws: `LabError` when the disk refuses.
  static func write(_ runs: [PatchSide: Run], _ arguments: [String]) throws(LabError) {
    guard let before = runs[.before], let after = runs[.after] else { return }
    let file = ComparisonFile(before: before.id, after: after.id, arguments: arguments)
    for run in [before, after] {
      let path = run.folder + "/comparison.json"
      do { try Data(jsonText(file).utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
        throw LabError("cannot write \(path): \(error.localizedDescription)")
      }
    }
  }

  /// Reads what was written for a run of either side.
  /// - Throws: `RequestError` when the run is no side of a comparison, or belongs to one of another version.
  init(of run: Run) throws(RequestError) {
    let path = run.folder + "/comparison.json"
    let data = (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)))?.availableData
    guard let data, let stored = try? JSONDecoder().decode(ComparisonFile.self, from: data),
      let file = stored.current
    else {
      throw RequestError(
        "cannot resume run \(run.id): it is no side of a comparison whose command is known (\(path))",
        advice: "`zlab run --resume` goes on with other runs.")
    }
    self = file
  }

  /// Contents in today's schema: version 1 has the names that options had before 0.2.0; nil for another version.
  private var current: ComparisonFile? {
    switch schema {
    case Self.schema: return self
    case "zlab.comparison/1":
      var words = arguments
      for (index, word) in arguments.enumerated() {
        switch word {
        case "--on": words[index] = "--base-patch"
        case "--error": words[index] = "--alpha"
        case "--max-pairs":
          words[index] = "--max-trials"
          guard index + 1 < words.count, let pairs = Int(words[index + 1]), pairs < 1 << 30 else { return nil }
          words[index + 1] = String(2 * pairs)
        default: break
        }
      }
      return ComparisonFile(before: before, after: after, arguments: words)
    default: return nil
    }
  }

  private init(before: String, after: String, arguments: [String]) {
    (self.before, self.after, self.arguments) = (before, after, arguments)
  }
}
