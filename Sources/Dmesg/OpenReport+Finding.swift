import Model

extension OpenReport {
  /// The report as a finding; nil when there was only a `cut here`.
  func finding() -> Finding? {
    guard let headline, isReportable else { return nil }
    let special = Specialisation.matching(headline.kind, location: location, function: namedFunction)
    let kind = special?.kind ?? headline.kind
    let template = headline.blame == .nobody ? headline.title : special?.title ?? headline.title
    let rule = headline.blame == .nobody ? headline.rule : special?.rule ?? headline.rule
    let guilty = GuiltyFrame(self, rule: rule.on(arch))
    var finding = Finding(
      kind: kind,
      title: hasLostAccess
        ? Signature.neutral(message.dropping("BUG: ").withoutPlaces)
        : lacksPlace(guilty) ? placeless(template) : filled(template, guilty.identity.map { shown($0, kind) }).tidied,
      function: headline.blame == .nobody ? nil : guilty.function,
      message: message, location: location, frames: guilty.frames, cpu: context.cpu, pid: context.pid,
      comm: context.comm, tainted: context.tainted, taint: context.taint, arch: arch,
      kernel: context.release, buildID: context.buildID, fatal: isFatal, truncated: isTruncated,
      interleaved: isInterleaved, firstLine: lines.lowerBound, lastLine: lines.upperBound,
      signature: Signature.make(
        kind: kind, function: headline.blame == .nobody ? nil : guilty.identity,
        bugClass: bugClass(headline, special) + (guilty.asserting.map { " asserted by \($0)" } ?? "")))
    finding.blameInlined()
    return finding
  }

  /// A race's two functions are told as the kernel prints them.
  private func shown(_ function: String, _ kind: FindingKind) -> String {
    kind == .kcsan ? SymbolName.plain(function) : SymbolName.shortened(function)
  }

  /// Kernels before 4.7 put everything on the headline; without the line of the access that is all there is.
  private var hasLostAccess: Bool {
    access == nil && headline?.blame == .headline && headline?.namesAccess == true
  }

  /// The report is cut before the line that says what it is about: the place of a lock, the unprotected access.
  private func lacksPlace(_ guilty: GuiltyFrame) -> Bool {
    guard guilty.identity == nil, !hasFrames, sites.isEmpty, let headline else { return false }
    switch headline.kind.subject {
    case .lock:
      if headline.bugClass == ["suspicious RCU usage"] { return !namesAccess }
      // A task's name is none of a title's.
      return [.site, .sites].contains(headline.blame) && !headline.pattern.wording.utf8.contains(UInt8(ascii: "{"))
    // Only the headline of kernels before 4.11 has an address for the function.
    case .access: return headline.pattern.wording.hasSuffix("on address")
    case .task, .trace: return false
    }
  }

  /// The title of a report that names no place: of a lock's the headline itself.
  private func placeless(_ template: String) -> String {
    guard headline?.kind == .lockdep else { return filled(template.replacing(" in {function}", with: ""), nil) }
    return Signature.neutral(String(message.trimmingPrefix("[ ").replacing(" ]", with: "")))
  }

  /// The title with its holes filled; a hole without content takes its blank with it.
  private func filled(_ title: String, _ function: String?) -> String {
    var result = ""
    var rest = title[...]
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")),
      let close = rest.utf8.firstIndex(of: UInt8(ascii: "}"))
    {
      result += rest[..<open]
      switch rest[open...close] {
      case "{function}": result += function ?? "corrupted"
      case "{access}": result += access ?? ""
      case "{1}": result += Signature.neutral(capture(0))
      default: result += Signature.neutral(capture(1))
      }
      rest = rest[rest.utf8.index(after: close)...]
      if result.utf8.last == 0x20, rest.utf8.first == 0x20 { result.removeLast() }
    }
    result += rest
    return result
  }

  /// Distributions put the architecture into the release.
  private var arch: String? {
    if let architecture { return architecture.rawValue }
    return context.release?.holds(".s390x") == true ? BodyLine.Architecture.s390x.rawValue : nil
  }

  private func capture(_ index: Int) -> String {
    guard let captures = match?.captures, captures.indices.contains(index) else { return "" }
    return captures[index]
  }

  private func bugClass(_ headline: ReportPattern, _ special: Specialisation?) -> String {
    special?.bugClass ?? headline.bugClass(of: capture(0))
  }
}

extension ReportPattern {
  /// A panic's own words tell one panic from another; KASAN calls the same bug `slab-use-after-free` since 6.3.
  func bugClass(of capture: String?) -> String {
    let detail = capture ?? ""
    return bugClass.joined(separator: detail.hasPrefix("slab-use-") ? String(detail.dropFirst(5)) : detail)
  }
}

extension String {
  /// A title of at most 120 bytes without blanks beside blanks: a panic's or another CPU's words can go on for long.
  fileprivate var tidied: String {
    let limit = 120
    var before: UInt8 = 0
    let hasRun = utf8.contains { byte in
      defer { before = byte }
      return byte == 0x09 || byte == 0x20 && before == 0x20
    }
    guard hasRun || utf8.count > limit else { return self }
    let single = utf8.split { $0 == 0x09 || $0 == 0x20 }.joined(separator: [0x20])
    return Array(single.prefix(limit)).withBytes { $0.trimmedEnd.string }
  }

  /// The text without the places in the source that a symbolizer put in.
  fileprivate var withoutPlaces: String {
    guard holds(".c:") || holds(".h:") || holds("(discriminator") else { return self }
    var kept: [Substring] = []
    var isInMark = false
    for word in split(separator: " ") {
      if isInMark || word == "(discriminator" {
        isInMark = !word.contains(")")
      } else if !word.contains(".c:"), !word.contains(".h:") {
        kept.append(word)
      }
    }
    return kept.joined(separator: " ")
  }

  fileprivate func dropping(_ prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
