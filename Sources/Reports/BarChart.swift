import Foundation

/// Bars of plain characters, a line each: a name, a bar as long as its share of the largest, the number, more words.
///
/// - Parameters:
///   - rows: `value` is 0 or more; `name` has no wide characters.
///   - width: columns that a line may take, at least 40.
func barChart(_ rows: [(name: String, value: Double, words: String)], width: Int, style: Style) -> [String] {
  let names = rows.map { $0.name.count }.max() ?? 0
  let largest = rows.map(\.value).max() ?? 0
  // A third for the bar: the words say which commit it is.
  let room = max(10, min(40, (width - names) / 3))
  return rows.map { row in
    let share = largest > 0 ? min(1, max(0, row.value / largest)) : 0
    let length = row.value > 0 ? max(1, Int((share * Double(room)).rounded())) : 0
    let bar = String(repeating: "#", count: length)
    let number = percent(row.value)
    let name = row.name + String(repeating: " ", count: names - row.name.count)
    // Two spaces before each of three columns, and 7 for the number.
    let left = width - names - room - 13
    let words = left >= 8 ? oneLine(row.words, width: left) : ""
    let padding = String(repeating: " ", count: room - length + max(0, 7 - number.count))
    return "  \(name)  \(style.strong(bar))\(padding)\(number)  \(words)".trimmedEnd
  }
}
