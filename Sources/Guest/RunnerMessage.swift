/// One line that the runner in a guest sends, see images/actors/zlab-runner.c. Hostile: whatever runs there may have made it.
package enum RunnerMessage: Sendable, Hashable {
  /// It waits for a script.
  case ready
  /// It is at work: about once in a second of guest time.
  case alive
  /// The function with this id is there.
  case saw(fid: UInt32)
  /// The function with this id did not come in time; nothing else of the script will be done.
  case unseen(fid: UInt32)
  /// The program that the script gives this number was started.
  case started(Int)
  /// It could not be; nothing else of the script will be done.
  case unstarted(Int, reason: String)
  /// It ended; the code is as in a shell, output and complaint are the first 64 KiB of each.
  case ended(Int, code: Int, output: [UInt8], stderr: [UInt8])
  /// It wants something of the host.
  case asks(Int, HostAction, fid: UInt32)
  /// The first actor is about to start; how many marks the runner has printed to the kernel's log.
  case begun(KernelState, marks: Int)
  /// The script is over.
  case done(KernelState, marks: Int)

  /// Reads a line without its end; nil for anything that the runner would not send.
  package init?(line: some Collection<UInt8>) {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(unescaped)
    let texts = words.prefix(4).map(text)
    switch (texts.first, words.count) {
    case ("ready", 2): self = .ready
    case ("alive", 1): self = .alive
    case ("begun", 5):
      guard let (state, marks) = evidence(texts.dropFirst() + [text(words[4])]) else { return nil }
      self = .begun(state, marks: marks)
    case ("done", 5):
      guard let (state, marks) = evidence(texts.dropFirst() + [text(words[4])]) else { return nil }
      self = .done(state, marks: marks)
    case ("saw", 2):
      guard let fid = UInt32(texts[1], radix: 16) else { return nil }
      self = .saw(fid: fid)
    case ("unseen", 2):
      guard let fid = UInt32(texts[1], radix: 16) else { return nil }
      self = .unseen(fid: fid)
    case ("started", 2):
      guard let number = Int(texts[1]) else { return nil }
      self = .started(number)
    case ("unstarted", 3):
      guard let number = Int(texts[1]) else { return nil }
      self = .unstarted(number, reason: texts[2])
    case ("ended", 5):
      guard let number = Int(texts[1]), let code = Int(texts[2]), (0...255).contains(code) else { return nil }
      self = .ended(number, code: code, output: words[3], stderr: words[4])
    case ("ask", 4):
      guard let number = Int(texts[1]), let action = HostAction(rawValue: texts[2]),
        let fid = UInt32(texts[3], radix: 16)
      else { return nil }
      self = .asks(number, action, fid: fid)
    default: return nil
    }
  }
}

/// Request of a program in a guest to the host, with one of the scenario's functions.
package enum HostAction: String, Sendable, Hashable, CaseIterable {
  case plug, unplug
}

/// Answer of the host to such a request.
package enum HostAnswer: String, Sendable, Hashable, CaseIterable {
  case granted = "ok"
  case refused = "no"
  /// Not yet: the runner asks again, some milliseconds of guest time later.
  case later
}

private func text(_ word: [UInt8]) -> String { String(decoding: word.prefix(64), as: UTF8.self) }

/// Taint, warnings, oopses and marks; nil when one is no number. Only the marks are always known.
private func evidence(_ words: [String]) -> (KernelState, Int)? {
  func isKnown(_ word: String) -> Bool { word == "-" || UInt64(word) != nil }
  guard words.count == 4, words.prefix(3).allSatisfy(isKnown), let marks = Int(words[3]), (0...1000).contains(marks)
  else { return nil }
  return (KernelState(taint: UInt64(words[0]), warnings: UInt64(words[1]), oopses: UInt64(words[2])), marks)
}

// %XX stands for a byte; what does not fit that stands for itself.
private func unescaped(_ word: some Collection<UInt8>) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = word[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "%"), rest.count >= 2,
      let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
    {
      bytes.append(value)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte)
    }
  }
  return bytes
}
