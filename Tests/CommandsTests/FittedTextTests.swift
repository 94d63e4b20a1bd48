import Testing

@testable import Commands

/// Reports on terminals that are narrower than their lines.
@Suite struct FittedTextTests {
  @Test func `a line is broken between words, and what fits stays as it is`() {
    let text = "title\n\n  3 trials passed, none failed: rates of 63.2 % are excluded\n  table  cell\n"
    #expect(
      fitted(text, columns: 40)
        == "title\n\n  3 trials passed, none failed: rates of\n    63.2 % are excluded\n  table  cell\n")
    #expect(fitted(text, columns: 200) == text)
  }

  @Test func `a command goes on behind a backslash, and quoted blanks stay`() {
    let line = "  zlab verify 'the seed'\\''s mail.txt' --source debian:6.1 --seed 7"
    #expect(
      fitted(line, columns: 42) == "  zlab verify 'the seed'\\''s mail.txt' \\\n      --source debian:6.1 --seed 7")
  }

  @Test func `colours take no room, and a long word stays whole`() {
    let line = "\u{1b}[1;31mfailing\u{1b}[0m on \u{1b}[2mdebian\u{1b}[0m"
    #expect(fitted(line, columns: 17) == line)
    #expect(
      fitted("  signature /a/path/that/is/longer/than/a/line now", columns: 20)
        == "  signature\n    /a/path/that/is/longer/than/a/line\n    now")
  }

  @Test(arguments: [20, 33, 80]) func `no line is wider than the terminal unless a word is`(columns: Int) {
    let text = (1...60).map { String(repeating: "ab ", count: $0) + String(repeating: " ", count: $0 % 7) + "end" }
      .joined(separator: "\n")
    let lines = fitted(text, columns: columns).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= columns })
    #expect(lines.joined(separator: " ").split(separator: " ") == text.split(whereSeparator: " \n".contains))
  }
}
