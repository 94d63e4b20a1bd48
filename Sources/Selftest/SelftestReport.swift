package import Foundation
package import Model

/// A selftest with all its triggers: the object of `zlab selftest --format json`.
package struct SelftestReport: Encodable, Sendable, Hashable {
  package let kernel: KernelRecord
  /// Number of planned triggers; more than ``results`` when it was cut short.
  package let wanted: Int
  package let results: [TriggerResult]
  package let started: Date
  /// Seconds of the trials, without building the kernel.
  package let duration: Double
  /// The command that does the same again.
  package let command: String
  /// Directory of the consoles.
  package let folder: String
  /// Facts of the host by name.
  package let host: [String: String]

  package init(
    kernel: KernelRecord, wanted: Int, results: [TriggerResult], started: Date, duration: Double, command: String,
    folder: String, host: [String: String]
  ) {
    (self.kernel, self.wanted, self.results, self.started) = (kernel, wanted, results, started)
    (self.duration, self.command, self.folder, self.host) = (duration, command, folder, host)
  }

  /// Totals of the triggers.
  package var verdict: SelftestVerdict {
    if results.contains(where: { !$0.verdict.isSound && $0.verdict != .unknown }) { return .blind }
    return results.count < wanted || results.contains { $0.verdict == .unknown } ? .inconclusive : .sees
  }

  enum CodingKeys: String, CodingKey {
    case schema, kernel, verdict, wanted, triggers, started, duration, command, folder, host
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("zlab.selftest/1", forKey: .schema)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(wanted, forKey: .wanted)
    try container.encode(results, forKey: .triggers)
    try container.encode(started, forKey: .started)
    try container.encode(duration, forKey: .duration)
    try container.encode(command, forKey: .command)
    try container.encode(folder, forKey: .folder)
    try container.encode(host, forKey: .host)
  }
}

/// Verdict of a selftest.
package enum SelftestVerdict: String, Codable, Sendable {
  /// Every trigger led to the right finding, or rightly to none.
  case sees
  /// At least one trigger was not read, or wrongly, or the lab failed on it.
  case blind
  /// All is well so far, but a trigger is not known to zlab, or was not pulled.
  case inconclusive
}
