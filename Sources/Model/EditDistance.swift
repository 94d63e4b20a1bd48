/// The fewest elements to add, drop or change between two words (Levenshtein).
package func editDistance<Element: Equatable>(_ one: some Sequence<Element>, _ other: some Sequence<Element>) -> Int {
  let other = Array(other)
  var row = Array(0...other.count)
  for (i, letter) in one.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, against) in other.enumerated() {
      let change = diagonal + (letter == against ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[other.count]
}

/// The name among `names` that a mistyped one most likely stands for: the nearest, the first of several, with changes
/// to at most a third of its letters, or else one that it begins; nil when there is none.
///
/// Two neighbours that changed places, the commonest slip, count as one change.
package func similarName(to word: String, among names: some Sequence<String>) -> String? {
  let letters = Array(word.lowercased())
  let limit = max(1, letters.count / 3)
  var best: (name: String, distance: Int)?
  for name in names where name != word {
    let swapped = letters.indices.dropLast().map { position in
      var other = letters
      other.swapAt(position, position + 1)
      return editDistance(other, name.lowercased()) + 1
    }
    let distance = min(editDistance(letters, name.lowercased()), swapped.min() ?? .max)
    if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
  }
  if let best { return best.name }
  return letters.count < 3 ? nil : names.first { $0.lowercased().hasPrefix(word.lowercased()) && $0 != word }
}
