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
