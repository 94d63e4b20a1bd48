import Model
import Statistics

extension PinReport.Export {
  /// The rate in one line, as what a program does.
  var words: String { rateWords + (delays.map { ", with delays of \($0[0]) to \($0[1]) us" } ?? "") }

  private var rateWords: String {
    guard let value = rate.value else { return "was measured in no valid trial: its rate is not known" }
    let guests = "of \(count(rate.trials, "guest")) of free vCPUs, one round each"
    guard rate.failures > 0 else { return "shows the failure in none \(guests)" }
    return "shows the failure in \(rate.failures) \(guests): "
      + "\(percent(value)), 95 % interval \(percent(rate.low)) to \(percent(rate.high))"
  }

  /// Lines of a comment for the program: the failure, its rate, the order of the tasks, how to build and run it.
  /// - Parameter guest: the guests that it was measured in: "2 vCPUs and the kernel argument quiet".
  package func comment(_ report: PinReport, guest: String) -> [String] {
    var lines = wrapped(
      "\(report.finding.title), found by zlab with the scenario \(report.scenario) on \(report.kernel.name) "
        + "(Linux \(report.kernel.release)).")
    lines += [""] + wrapped("This program \(words).")
    if let measured = report.measured, let rate = measured.rate.value {
      lines += wrapped(
        "With the schedule below it showed in \(measured.rate.failures) of \(count(measured.rate.trials, "trial")), "
          + "\(percent(rate)).")
    } else if let control = report.control, let rate = control.rate.value {
      lines += wrapped(
        "With vCPUs in turns (zlab run --schedule turns) it showed in \(control.rate.failures) of "
          + "\(count(control.rate.trials, "trial")), \(percent(rate)).")
    }
    if let schedule = report.schedule {
      lines += [""] + schedule.rules.enumerated().flatMap { wrapped("\($1.rule).", first: "\($0 + 1). ", rest: "   ") }
    }
    if let course = ScheduleCourse(report.story, finding: report.finding) {
      lines +=
        [""]
        + course.text(Style(colour: false), most: 60).flatMap {
          $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
    }
    lines += [
      "", "Build and run, as root on s390x, in a guest that may crash:", "",
      "  gcc -O2 -static -o reproducer reproducer.c", "  ./reproducer [ROUNDS [SEED [MIN-DELAY-US MAX-DELAY-US]]]",
    ]
    return lines + [""] + wrapped("It was measured in guests of QEMU (s390-ccw-virtio, TCG) with \(guest).")
  }
}
