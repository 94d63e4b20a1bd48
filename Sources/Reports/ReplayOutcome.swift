package import Model

/// True if a repeated trial ended as it did the first time.
package struct ReplayOutcome: Encodable, Sendable, Hashable {
  package let replay: Replay
  /// The same verdict and the same signatures, in whatever order; nil when the repetition was not judged.
  package let isSame: Bool?
  /// Signatures that only the first time showed.
  let lost: [String]
  /// Signatures that only the repetition showed.
  let gained: [String]

  /// - Parameter trials: the repetitions, of which the last one counts that was judged: the others were missed.
  package init(_ replay: Replay, trials: [Trial]) {
    self.replay = replay
    let again = trials.last { $0.verdict != .miss || replay.verdict == .miss }
    let signatures = again?.findings.map(\.signature) ?? []
    let lost = again == nil ? [] : replay.signatures.filter { !signatures.contains($0) }
    let gained = signatures.filter { !replay.signatures.contains($0) }
    isSame = again.map { lost.isEmpty && gained.isEmpty && $0.verdict == replay.verdict }
    (self.lost, self.gained) = (lost, gained)
  }

  /// The same in a sentence.
  var text: String {
    let name = "trial \(replay.trial) of run \(replay.run)"
    guard let isSame else { return "repeats \(name): no valid result" }
    if isSame {
      return replay.signatures.isEmpty
        ? "repeats \(name): same result: \(replay.verdict.rawValue) without a finding"
        : "repeats \(name): same result: \(count(replay.signatures.count, "signature"))"
    }
    let differences = [
      lost.isEmpty ? nil : "without \(lost.joined(separator: ", "))",
      gained.isEmpty ? nil : "with \(gained.joined(separator: ", ")) as well",
    ].compactMap { $0 }
    let words = differences.isEmpty ? "another verdict" : differences.joined(separator: ", ")
    return "repeats \(name), a \(replay.verdict.rawValue): different result: \(words)"
  }

  enum CodingKeys: String, CodingKey { case run, trial, verdict, signatures, same }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(replay.run, forKey: .run)
    try container.encode(replay.trial, forKey: .trial)
    try container.encode(replay.verdict, forKey: .verdict)
    try container.encode(replay.signatures, forKey: .signatures)
    try container.encode(isSame, forKey: .same)
  }
}
