import Model
import StrictYAML

/// A plan that takes a function away in every way from every user of it that the catalogue has, under lockdep.
struct MaintainerPlan {
  /// Source to build, as `kernel build` takes it.
  let source: String

  /// The scenarios, each with the parameter that says how the function is taken away and its values.
  static let matrix: [(scenario: String, parameter: String?, values: [String])] = [
    ("slot-power-race", nil, []),
    ("busy-slot-race", "way", ["power", "remove", "recover", "unbind"]),
    ("remove-power-race", "other", ["power", "recover", "reset"]),
    ("recover-race", "way", ["power", "remove"]),
    ("reset-power-race", "way", ["power", "remove", "recover"]),
    ("host-power-race", "way", ["power", "remove", "recover", "reset"]),
    ("statistics-power-race", "way", ["power", "remove", "recover", "unbind"]),
    ("unbind-race", "way", ["power", "remove", "recover"]),
    ("override-race", "way", ["power", "remove", "recover"]),
    ("rng-unplug", "way", ["power", "remove", "unbind", "override", "host"]),
    ("net-unplug", "way", ["power", "remove", "recover", "unbind", "override", "host"]),
    ("blk-unplug", "way", ["power", "remove", "unbind", "override", "host"]),
    ("unplug-all", "way", ["power", "remove", "recover", "unbind", "override"]),
    ("host-replug", nil, []),
    ("host-swap", nil, []),
    ("vfio-detach-race", "way", ["power", "remove", "recover", "host"]),
    ("vfio-init-race", "way", ["power", "remove", "recover"]),
    ("vfio-cdev-race", "way", ["power", "remove", "recover", "host"]),
    ("host-vfio-unplug", "access", ["group", "cdev"]),
  ]

  /// The plan's text.
  var text: String {
    """
    # Every way to take a function away from every user of it. Run with `zlab nightly plan.yaml`; the first nights show
    # which cells fail on your kernel today, later ones what is new.
    schema: zlab.plan/1
    name: maintainer

    sources:
      - source: \(yamlQuoted(source))
        # patches: [series.mbox]

    configs:
      lockdep: [lockdep, hung-task]
      # kasan: [kasan]
      # kcsan: [kcsan]

    scenarios:
    \(Self.cells.map { "  " + $0 }.joined(separator: "\n"))

    trials: 3
    budget: 10h                       # what is not reached tonight comes first tomorrow
    left-over: true
    jobs: auto

    # known-issues: known.yaml
    retention: {logs: 30d, trials: 365d}

    """
  }

  private static var cells: [String] {
    matrix.flatMap { scenario, parameter, values -> [String] in
      guard let parameter else { return ["- \(scenario)"] }
      return values.map { "- {scenario: \(scenario), set: {\(parameter): \($0)}}" }
    }
  }
}
