/// An option's value, and the line that asked for it.
package struct WantedOption: Sendable, Hashable {
  /// Requested value; n for `is not set`.
  package let value: ConfigValue
  /// The fragment's name.
  package let fragment: String
  /// Counted from 1.
  package let line: Int
}

/// A value that a later line replaced by another.
package struct OverriddenOption: Sendable, Hashable, CustomStringConvertible {
  /// Without `CONFIG_`.
  package let option: String
  /// Overridden request.
  package let old: WantedOption
  /// Overriding request, unless a third line replaced it in turn.
  package let new: WantedOption

  /// For people: what is set where, and what it was before.
  package var description: String {
    "CONFIG_\(option)=\(new.value) (\(new.fragment):\(new.line)) overrides \(old.value) (\(old.fragment):\(old.line))"
      .escaped(limit: 1000)
  }
}

/// Requests of a list of fragments for one kernel.
package struct MergedConfig: Sendable, Hashable {
  /// The kernel that it was merged for.
  package let version: KernelVersion
  /// The last value of each option, by the option's name without `CONFIG_`.
  package let wanted: [String: WantedOption]
  /// Replaced values, in the order of the lines that replaced them; repeating a value is none.
  package let overrides: [OverriddenOption]
  /// One line for each wanted option, as `conf` reads a .config or KCONFIG_ALLCONFIG; empty without options.
  ///
  /// It depends on the settings alone, not on the fragments' names. Options stand in the order of their last
  /// setting, because of a choice's members the last one that is set to y wins (scripts/kconfig/confdata.c).
  package let text: String
}

/// Fragments become one configuration.
package enum ConfigRequest {
  /// Takes the lines that are meant for `version`; the last value wins, as in the kernel's
  /// scripts/kconfig/merge_config.sh.
  package static func merge(_ fragments: [ConfigFragment], for version: KernelVersion) -> MergedConfig {
    var wanted: [String: WantedOption] = [:]
    var places: [String: Int] = [:]
    var overrides: [OverriddenOption] = []
    var count = 0
    for fragment in fragments {
      for setting in fragment.settings where setting.bounds.hold(version) {
        let new = WantedOption(value: setting.value, fragment: fragment.name, line: setting.line)
        if let old = wanted.updateValue(new, forKey: setting.option), old.value != new.value {
          overrides.append(OverriddenOption(option: setting.option, old: old, new: new))
        }
        count += 1
        places[setting.option] = count
      }
    }
    let order = wanted.sorted { places[$0.key, default: 0] < places[$1.key, default: 0] }
    let text = order.map { line($0.key, $0.value.value) + "\n" }.joined()
    return MergedConfig(version: version, wanted: wanted, overrides: overrides, text: text)
  }

  private static func line(_ option: String, _ value: ConfigValue) -> String {
    value == .no ? "# CONFIG_\(option) is not set" : "CONFIG_\(option)=\(value)"
  }
}
