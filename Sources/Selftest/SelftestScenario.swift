import Model
import Trials

/// The trials that a selftest is made of.
enum SelftestScenario {
  /// Seconds that a trigger has when a report is due, and when none is.
  ///
  /// The slowest report is that of a stall: 3 s, and 5 s more where lockdep checks RCU (`kernel/rcu/tree_stall.h`).
  static let patience = (due: 25, silent: 3)

  /// Asks the kernel for its triggers.
  static func list() throws(RequestError) -> Scenario {
    try Scenario(parsing: head + "actors: [{program: lkdtm, arguments: [--list]}]\n", file: "the list of triggers")
  }

  /// Pulls one trigger.
  static func pull(_ trigger: String, times: Int, seconds: Int) throws(RequestError) -> Scenario {
    var scenario = try Scenario(parsing: pulling, file: "the selftest's scenario")
    try scenario.set(["trigger": trigger, "times": String(times), "seconds": String(seconds)])
    scenario.duration = .seconds(seconds + 15)
    return scenario
  }

  private static let head = """
    schema: zlab.scenario/1
    name: selftest
    summary: Makes the kernel fail in one way, through LKDTM.
    settle: 1s

    """

  private static let pulling =
    head + """
      parameters: {trigger: NONE, times: "1", seconds: "1"}
      actors:
        - program: lkdtm
          arguments: [--trigger, "${trigger}", --times, "${times}", --seconds, "${seconds}"]

      """
}
