package import Model

/// For each signature the sighting that is easiest to read: whole, unmixed, short; before the patch where there is one.
package func clearestSightings(before: [Trial], after: [Trial]) -> [String: SignatureSighting] {
  var best: [String: SignatureSighting] = [:]
  for (side, trials) in [(PatchSide.before, before), (.after, after)] {
    for trial in trials {
      for finding in trial.findings {
        let known = best[finding.signature]
        if let known, known.side != side || trouble(known.finding) <= trouble(finding) { continue }
        best[finding.signature] = SignatureSighting(side: side, trial: trial.number, finding: finding)
      }
    }
  }
  return best
}

/// Readability rank of a finding: whole, unmixed and short ones come first, from 0.
package func trouble(_ finding: Finding) -> Int {
  let defects = (finding.frames.isEmpty ? 4 : 0) + (finding.truncated ? 2 : 0) + (finding.interleaved ? 1 : 0)
  return defects * 1_000_000 + min(max(0, finding.lastLine - finding.firstLine), 999_999)
}
