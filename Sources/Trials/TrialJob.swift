import Foundation
package import Model
import Storage

/// Trials of one run for an executor, by ids and values alone, so that another machine can carry them out.
package struct TrialJob: Codable, Sendable, Hashable {
  /// `zlab.trial-job/1`.
  package var schema = trialJobSchema
  /// The run: kernel and image by content id, text and parameters of the scenario, schedule, start, seed and goal. Its
  /// folder is of no meaning elsewhere.
  package var run: Run
  /// Numbers of the trials; their seeds follow from them and the run's seed.
  package var numbers: [Int]

  package init(run: Run, numbers: [Int] = []) { (self.run, self.numbers) = (run, numbers) }

  /// Reads a job from a file that zlab wrote.
  /// - Throws: `RequestError` when it cannot be read.
  package init(file: String) throws {
    let place = URL(fileURLWithPath: file)
    let data = try RegularFiles(below: place.deletingLastPathComponent().path).data(
      place.lastPathComponent, limit: 32 << 20)
    self = try decoded(TrialJob.self, data, file)
    guard schema == trialJobSchema else { throw RequestError("\(file) is no job of this version of zlab") }
  }

  /// Writes the job: whole or not at all, and on the disk when this returns.
  /// - Throws: `LabError` when the disk refuses.
  package func write(to file: String) throws { try writeDurably(encoded(self), to: file) }

  /// 16 hex digits that are equal for jobs whose trials may be counted together: same kernel, image, scenario, parameters,
  /// schedule, start, seed, replay, and versions of zlab and QEMU.
  package var cell: String {
    let facts = ["zlab", "qemu"].map { run.host[$0] ?? "" }
    let parameters = run.parameters.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    let parts =
      [
        run.kernel.id, run.image.id, run.image.disk ?? "", run.scenario, run.scenarioText, String(run.seed),
        run.schedule?.description ?? "", run.rules?.text ?? "", run.start?.rawValue ?? "",
        run.replay.map { "\($0.run)/\($0.trial)" } ?? "",
      ] + facts + parameters
    // Lengths keep parts apart, whatever they hold.
    return stableDigits(parts.map { "\($0.utf8.count):\($0)" }.joined())
  }

  /// Parts of the cell that are not equal in two jobs, in words.
  package func differences(from other: TrialJob) -> String {
    let (a, b) = (run, other.run)
    var parts: [String] = []
    if a.kernel.id != b.kernel.id { parts.append("kernel \(a.kernel.id.prefix(12)), not \(b.kernel.id.prefix(12))") }
    if a.image.id != b.image.id { parts.append("image \(a.image.id.prefix(12)), not \(b.image.id.prefix(12))") }
    if a.scenario != b.scenario || a.scenarioText != b.scenarioText { parts.append("the scenario") }
    if a.parameters != b.parameters { parts.append("parameters") }
    if a.schedule != b.schedule || a.rules?.text != b.rules?.text { parts.append("the schedule") }
    if a.start != b.start { parts.append("the start of guests") }
    if a.seed != b.seed { parts.append("seed \(a.seed), not \(b.seed)") }
    for name in ["zlab", "qemu"] where a.host[name] != b.host[name] {
      parts.append("\(name) '\(a.host[name] ?? "")', not '\(b.host[name] ?? "")'")
    }
    return parts.isEmpty ? "the run \(a.id), not \(b.id)" : parts.joined(separator: "; ")
  }

  /// Id of a run whose parts are made on several machines, which follows from the cell alone: 8 hex digits.
  package var sharedRunID: String { String(cell.suffix(8)) }
}

/// Schema of a ``TrialJob``.
package let trialJobSchema = "zlab.trial-job/1"

extension Run {
  /// Seed of one of its trials; a replay that was a miss is repeated with the same seed.
  package func seed(ofTrial number: Int) -> UInt64 { replay == nil ? derivedSeed(seed, number) : seed }
}
