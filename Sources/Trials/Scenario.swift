package import Guest
package import Model

/// One program that a scenario starts in the guest.
package struct Actor: Sendable, Hashable {
  /// Unique in its scenario.
  package var name: String
  /// A program in the guest, looked up in its PATH.
  package var program: String
  /// May hold `${seed}` and `${PARAMETER}`.
  package var arguments: [String]
  /// True if its standard output is KTAP, so that it, and not the exit code alone, says what failed.
  package var isKTAP = false
}

/// The kernels on which a scenario was run by whoever wrote it, each in a few words: `debian:bookworm 6.1.176`.
package struct Sightings: Sendable, Hashable, Codable {
  /// On which at least one trial failed.
  package var bad: [String]
  /// On which none did, in as many trials as the scenario's author found enough.
  package var good: [String]

  package init(bad: [String] = [], good: [String] = []) {
    self.bad = bad
    self.good = good
  }
}

/// Scenario: actions on a guest, and what of its kernel's reports counts.
package struct Scenario: Sendable, Hashable {
  package var name: String
  /// One line.
  package var summary: String
  /// Description: what the scenario exercises and what it would have caught; may be empty.
  package var about: String
  /// Kernels on which it has failed and has not; says nothing about other kernels.
  package var seen: Sightings
  /// Plugged in this order before anything is run, but for spares.
  package var functions: [FunctionSpec]
  /// Run to their end one after the other, when the functions are there.
  package var preparations: [Actor]
  /// Started together when the functions are there.
  package var actors: [Actor]
  /// Knobs by name with their values as text, for `${NAME}` in arguments.
  package var parameters: [String: String]
  /// Time limit of the actors.
  package var duration: Duration
  /// Time to continue after the first finding that counts, to see what follows it.
  package var settle: Duration
  package var cpus: Int
  /// In MiB.
  package var memory: Int
  /// Words for the guest's kernel.
  package var kernelArguments: [String]
  /// The recipe of the image that it is made for.
  package var image: String
  /// Collections of the kernel's own selftests that it runs, which the kernel must have been built with.
  package var kselftests: [String]
  /// Options that the kernel must have been built with, without `CONFIG_`.
  package var kernelConfig: [String]
  /// Files collected from the disk of a guest whose trial is no pass.
  package var collect: [PathPattern]
  /// Kinds that count.
  package var kinds: Set<FindingKind>
  /// Titles that do not count.
  package var ignoredTitles: Set<String>
  /// The file as it was read.
  package var text: String

  /// The names of the actors whose output is KTAP.
  var ktapActors: Set<String> { Set(actors.filter(\.isKTAP).map(\.name)) }

  /// True if a finding makes the trial a fail.
  package func counts(_ finding: Finding) -> Bool {
    kinds.contains(finding.kind) && !ignoredTitles.contains(finding.title)
  }

  /// The part of it that depends on the host's time, so that even a guest that a seed decides differs from trial to
  /// trial; nil when none does.
  ///
  /// A driver of a function's reads from its device, and another thread of QEMU's answers; scenarios that keep it out
  /// blacklist its initcall. What the host plugs and unplugs reaches the guest at one instruction, but not all that is
  /// printed afterwards is the same (docs/decisions/turns.md).
  package var hostTiming: String? {
    if asksHost { return "the host plugs and unplugs; addresses in the guest may differ" }
    guard !functions.isEmpty, !kernelArguments.contains("initcall_blacklist=virtio_pci_driver_init") else { return nil }
    return "drivers in the guest exchange data with their functions, which QEMU does in the host's time"
  }

  /// True if an actor asks the host to plug or unplug: it has `host` or `swap` for one of its arguments.
  package var asksHost: Bool {
    (preparations + actors).contains { !Set(arguments(of: $0, seed: 0)).isDisjoint(with: ["host", "swap"]) }
  }

  /// An actor's arguments with its seed and the parameters put in.
  package func arguments(of actor: Actor, seed: UInt64) -> [String] {
    // In one pass: what a value holds is not expanded again.
    actor.arguments.map { argument in
      argument.replacing(/\$\{([^}]*)\}/) { match in
        match.1 == "seed" ? String(seed) : parameters[String(match.1)] ?? String(match.0)
      }
    }
  }
}
