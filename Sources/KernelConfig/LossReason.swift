/// Reason why an option did not get the value that was asked for. Options are named without `CONFIG_`.
package enum LossReason: Hashable, Sendable {
  /// No Kconfig file of this kernel defines it. The kernel's history knows the first names, spelling suggests the
  /// others; `unread` says what of the Kconfig files could not be read, nil when all could.
  case absent(renamedTo: [String], similar: [String], unread: String?)
  /// Only these architectures (folders below arch/) have it.
  case otherArchitectures([String])
  /// It takes other values than the one that was asked for: `bool`, `tristate`, `int`, `hex` or `string`.
  case wrongType(String)
  /// Without MODULES there are none.
  case modulesOff
  /// Conditions of it do not hold.
  case needs([UnmetNeed])
  /// People can set it only under conditions that do not hold; otherwise its default counts.
  case hidden([UnmetNeed])
  /// Nobody can set it: what selects or implies it does, and else its default. `needs` is what the default needs, or
  /// the only one that selects it.
  case noPrompt(setBy: [String], needs: [UnmetNeed])
  /// Another member of its choice is set; nil when it is the one that the choice falls back on.
  case choice(instead: String?, place: String?)
  /// Other options select it; each with where it was asked for, or what selects it in turn.
  case selected([String])
  /// The number must be in this range.
  case range(String)
  /// Conditions that the build asks the toolchain for.
  case toolchain([String])
  /// None of these: a range, a select or a default that was not recognised.
  case other
  /// The tree was not asked; see ``findLost(_:in:tree:architecture:)``.
  case notExamined
}

/// A condition that does not hold, and why.
package struct UnmetNeed: Hashable, Sendable {
  /// For people, mostly an option's name: `VFIO`, `KASAN off`, `NR_CPUS > 1`.
  package let condition: String
  /// Current state: `is n, asked for nowhere`.
  package let state: String
  /// The first thing that its option needs in turn; empty when nothing is missing there, and never more than one.
  package var cause: [UnmetNeed]

  package init(condition: String, state: String, cause: [UnmetNeed] = []) {
    self.condition = condition
    self.state = state
    self.cause = cause
  }
}

/// An option that did not get the value that was asked for.
package struct LostOption: Hashable, Sendable {
  /// Without `CONFIG_`.
  package let option: String
  /// The last value that was asked for.
  package let wanted: ConfigValue
  /// Current value; nil when the `.config` does not mention it.
  package let got: ConfigValue?
  /// The fragment that asked for it last.
  package let fragment: String
  /// Counted from 1.
  package let line: Int
  package let reason: LossReason
  /// The kernel.
  package let version: KernelVersion
}
