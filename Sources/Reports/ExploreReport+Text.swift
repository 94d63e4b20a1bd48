import Model
import Statistics

extension ExploreReport {
  /// The report for a person: what was tried, what failed, what is not covered, and the commands.
  package func text(_ style: Style) -> String {
    var lines = [
      "\(escapedForTerminal(scenario)) on \(escapedForTerminal(kernel.name)) under \(schedule): " + outcome(style)
    ]
    if orders > 0 { lines += coverage }
    if let control {
      lines.append(
        "  under turns without rules: \(control.rate.failures) of \(count(control.rate.trials, "trial")) failed, "
          + "run \(control.run)")
    }
    if outcome == .turnsSuffice {
      lines += ["", "`zlab pin \(control?.run ?? "RUN")/1` finds the order that it takes."]
    }
    lines += remarks.map { "  " + escapedForTerminal($0) }
    for failure in failures { lines += text(failure, style) }
    if orders > 0 { lines += ["", style.strong("Not covered")] + limits.map { "  " + $0 } }
    lines += ["", style.strong("To repeat"), "  " + escapedForTerminal(command)]
    return lines.joined(separator: "\n") + "\n"
  }

  private func outcome(_ style: Style) -> String {
    switch outcome {
    case .found: style.bad(between.isEmpty ? count(failures.count, "failure") : "shown")
    case .unconfirmed: style.doubtful("failed, but with no fresh seed: not shown")
    case .exhausted:
      style.good(
        between.isEmpty ? "no order of one preemption fails" : "not shown, both places reached in each order")
    case .incomplete: style.doubtful("nothing found, but not every order was reached")
    case .notReached: style.doubtful("not reached")
    case .turnsSuffice: style.bad("fails without rules")
    }
  }

  private var coverage: [String] {
    let what =
      between.isEmpty
      ? "\(count(orders, "switch", "switches")) of one preemption at \(count(functions, "function"))"
      : "\(count(orders, "order")) of \(between.joined(separator: " and "))"
    var words = [tried == orders ? "all tried" : "\(tried) tried"]
    words.append(reached == orders ? "each reached" : "\(reached) reached")
    words.append(failures.isEmpty ? "none failed" : "\(failures.map(\.orders).reduce(0, +)) failed")
    var lines = [
      "  \(what), tasks \(escapedForTerminal(tasks.joined(separator: ", "))): \(words.joined(separator: ", "))",
      "  \(count(trials, "trial")) in \(decimals(seconds, 0)) s, \(count(misses, "miss", "misses"))",
    ]
    if let profile { lines[1] += "; profile: the trial with seed \(profile)" }
    if shared > 0 {
      lines.append(
        "  \(count(sharedOrders, "switch", "switches")) in \(count(shared, "shared trial")), "
          + "each in an iteration of its own")
    }
    if pruned > 0 {
      lines.append("  \(pruned) more left out: in the profile no other vCPU had anything to run there")
    }
    if idle > 0 {
      lines.append("  in \(count(idle, "order")) of these no other vCPU had anything to run at the place")
    }
    return lines
  }

  private func text(_ failure: Failure, _ style: Style) -> [String] {
    var lines = [
      "",
      style.bad(escapedForTerminal(failure.title)) + ", signature \(failure.signature), in "
        + count(failure.orders, "order"),
    ]
    lines += failure.rules.map { "  " + escapedForTerminal($0) }
    if let rate = failure.rate, let run = failure.run {
      lines.append("  with fresh seeds: \(rate.failures) of \(count(rate.trials, "trial")), run \(run)")
    }
    if let reproduce = failure.reproduce { lines.append("  " + escapedForTerminal(reproduce)) }
    return lines
  }

  private var limits: [String] {
    [
      "orders that take more than one preemption; switches inside a function, between its calls",
      "switches where no other vCPU had anything to run, as of timers that had not expired yet",
      "functions that are inlined, or that many tasks of the guest enter",
      "paths that the profiled trial did not take; other seeds and parameters; interrupts",
      "what processors reorder (TCG's vCPUs take turns)",
    ]
  }
}
