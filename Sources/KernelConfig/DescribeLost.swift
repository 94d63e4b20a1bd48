/// One line for people: the option, who asked for it, what became of it, and why.
package func describe(_ lost: LostOption) -> String {
  let request = "CONFIG_\(lost.option)=\(lost.wanted) (\(lost.fragment):\(lost.line))"
  // Where an option is off there is nothing to add.
  let became = lost.got.map { $0 == .no ? "" : "became \($0); " } ?? ""
  return "\(request): \(became)\(lost.reason.text(version: lost.version))".escaped(limit: 1000)
}

extension LossReason {
  fileprivate func text(version: KernelVersion) -> String {
    switch self {
    case .absent(let renamed, let similar, let unread):
      "not in Linux \(version)\(Self.hint(renamed, similar))" + (unread.map { " (not read: \($0))" } ?? "")
    case .otherArchitectures(let names): "only for \(describe(names, atMost: 4))"
    case .wrongType(let kind): "it is of type \(kind) and cannot have this value"
    case .modulesOff: "needs MODULES for m"
    case .needs(let needs): "needs \(needs.text)"
    case .hidden(let needs): "its default holds, to change it needs \(needs.text)"
    case .noPrompt(let setters, let needs): Self.noPrompt(setters, needs)
    case .choice(let other, let place): Self.choice(other, place)
    case .selected(let names): "selected by \(names.joined(separator: "; "))"
    case .range(let range): "must be in \(range)"
    case .toolchain(let conditions): "needs \(conditions.joined(separator: " and ")), which the toolchain decides"
    case .other: "a range, a select or a default decides"
    case .notExamined: "lost; too many were lost to look for the reason"
    }
  }

  private static func hint(_ renamed: [String], _ similar: [String]) -> String {
    if !renamed.isEmpty { return ", where it is \(renamed.joined(separator: " or "))" }
    return similar.isEmpty ? "" : "; is \(similar.joined(separator: " or ")) meant?"
  }

  private static func noPrompt(_ setters: [String], _ needs: [UnmetNeed]) -> String {
    let setter =
      setters.isEmpty ? "its default decides" : "it is set only by what selects it (\(describe(setters, atMost: 6)))"
    return "has no prompt: \(setter)" + (needs.isEmpty ? "" : ", which needs \(needs.text)")
  }

  private static func choice(_ other: String?, _ place: String?) -> String {
    guard let other else { return "its choice falls back on it: set another member" }
    return "its choice has \(other)" + (place.map { ", asked for in \($0)" } ?? "")
  }
}

extension [UnmetNeed] {
  fileprivate var text: String {
    map(\.text).joined(separator: "; and ")
  }
}

extension UnmetNeed {
  fileprivate var text: String {
    let own = state.isEmpty ? condition : "\(condition) (\(state))"
    return cause.isEmpty ? own : "\(own), which needs \(cause.text)"
  }
}
