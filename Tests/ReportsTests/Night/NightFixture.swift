import Foundation
import Model
import Reports
import Statistics

/// A night as it comes out of a lab, for the reports.
enum NightFixture {
  static let start = Date(timeIntervalSince1970: 1_795_000_000)
  static let bug = VerifyFixture.bug
  static let old = VerifyFixture.other

  static func kernel(_ name: String, _ release: String, built: Bool = false) -> KernelRecord {
    var build = BuildRecord(
      source: "debian:6.1, linux-source-6.1 6.1.192-2", tree: String(repeating: "a1", count: 20),
      patches: [BuiltPatch(subject: "Attach domains twice again", file: "kb1.patch", how: "exact")],
      fragments: ["s390-guest", "lockdep"], missing: [], toolchain: "s390x-linux-gnu-gcc 12.2.0", sandboxed: true,
      objects: 900, seconds: 61.5, cpuSeconds: 110, cacheHits: 10, cacheMisses: 890)
    build.patchsetHash = String(repeating: "5e", count: 32)
    let id = String(repeating: built ? "cd" : release.hasPrefix("6.12") ? "ef" : "ab", count: 32)
    return KernelRecord(
      id: id, name: name, release: release, origin: "linux-image", created: start, build: built ? build : nil)
  }

  static func trial(_ run: String, _ number: Int, _ verdict: TrialVerdict, _ signatures: [String] = []) -> NightTrial {
    NightTrial(
      run: run, number: number, verdict: verdict, started: start + Double(number), duration: 4.25,
      note: verdict == .miss ? "QEMU ended by itself with signal 9" : nil, signatures: signatures)
  }

  static var failing: NightCell {
    NightCell(
      kernel: kernel("known-bad", "6.1.192", built: true), kernelName: "known-bad", line: "6.1",
      config: NightConfig(
        name: "lockdep", fragments: ["s390-guest", "lockdep"], link: "https://lab.example.org/config/cdcd"),
      scenario: "vfio-detach-race", parameters: ["delay": "320"], state: .finished, runs: ["11112222"],
      command: "zlab run vfio-detach-race --kernel known-bad --set delay=320 --trials 4 --seed 7",
      trials: [
        trial("11112222", 1, .pass), trial("11112222", 2, .fail, [bug]), trial("11112222", 3, .fail, [bug, old]),
        trial("11112222", 4, .miss),
      ])
  }

  static var clean: NightCell {
    NightCell(
      kernel: kernel("debian:trixie", "6.12.107+deb13-s390x"), kernelName: "debian:trixie", line: "6.12",
      config: NightConfig(name: "stock"), scenario: "slot-power-race", state: .finished, runs: ["33334444"],
      command: "zlab run slot-power-race --kernel debian:trixie --trials 3 --seed 7",
      trials: (1...3).map { trial("33334444", $0, .pass) })
  }

  static func empty(_ state: NightCellState, _ reason: String, _ name: String, known: Bool) -> NightCell {
    NightCell(
      kernel: known ? kernel("debian:bookworm", "6.1.0-50-s390x") : nil, kernelName: name, line: "6.1",
      config: NightConfig(name: "kasan"), scenario: "slot-power-race", state: state, reason: reason)
  }

  static var missed: NightCell {
    var cell = clean
    (cell.scenario, cell.runs, cell.trials) = ("hot-unplug", ["55556666"], [trial("55556666", 1, .miss)])
    return cell
  }

  static func sighting(_ signature: String, _ trial: Int) -> NightSighting {
    NightSighting(
      run: "11112222", trial: trial, kernelName: "known-bad", release: "6.1.192",
      finding: VerifyFixture.finding(signature),
      excerpt: "[    2.5] ------------[ cut here ]------------\n[    2.5] WARNING: CPU: 0 PID: 57\n",
      command: ["zlab", "run", "--replay", "11112222/\(trial)"],
      log: "/state/runs/11112222/trial-0002/console.log")
  }

  static func change(
    _ kind: NightChangeKind, _ signature: String, _ title: String, now: Int, sighting: NightSighting? = nil
  ) -> NightChange {
    NightChange(
      kind: kind, signature: signature, title: title, scenario: "vfio-detach-race", line: "6.1",
      now: Rate(failures: now, trials: 3), sighting: sighting)
  }

  static var gone: NightChange {
    var change = change(.gone, "00000000000000aa", "possible deadlock in zpci_hot_unplug", now: 0)
    (change.before, change.confidence) = (Rate(failures: 20, trials: 40), 0.984)
    (change.firstSeen, change.lastSeen) = (start - 864_000, start - 86_400)
    return change
  }

  static var expired: NightChange {
    var change = change(.expiredKnown, old, "INFO: task hung in device_del", now: 1, sighting: sighting(old, 3))
    change.known = KnownIssue(
      reason: "waits for the series of October", link: "https://lore.example.org/r/1@example.org", until: start - 86_400
    )
    return change
  }

  static var rateChanged: NightChange {
    var change = change(.rateChanged, "00000000000000bb", "Oops: addressing exception in zpci_remove", now: 3)
    (change.before, change.pValue) = (Rate(failures: 1, trials: 60), 0.0004)
    return change
  }

  static var night: NightReport {
    NightReport(
      id: "3f9a3f9a", plan: "stable", state: .finished, started: start, ended: start + 7900,
      command: "zlab nightly plans/stable.yaml",
      host: ["zlab": "0.2.0", "qemu": "QEMU emulator version 7.2.22 (Debian)", "libvirt": "9.0.0"],
      cells: [
        failing, clean, empty(.cannotBuild, "kernel/sched/core.c:12: 'x' undeclared", "linux-next", known: false),
        empty(.notReached, "the night was over", "debian:bookworm", known: true),
        empty(.labFailed, "no room on the disk", "mainline", known: false), missed,
      ],
      changes: [
        gone, change(.new, bug, "WARNING in iommu_detach_group", now: 2, sighting: sighting(bug, 2)), expired,
        rateChanged, change(.known, "00000000000000cc", "WARNING in kernfs_remove", now: 1),
      ],
      trouble: [NightTrouble(reason: "QEMU ended by itself with signal 9", count: 2, runs: ["11112222", "55556666"])],
      link: "http://127.0.0.1:8080/night/3f9a3f9a")
  }

  /// The night before: nothing new.
  static var quiet: NightReport {
    var night = night
    (night.cells, night.changes, night.trouble) = ([clean], [], [])
    return night
  }

  /// An old night, of which retention has left the evidence.
  static var pruned: NightReport {
    var night = night
    var (failing, clean) = (failing, clean)
    failing.trials = [failing.trials[1]]
    failing.pruned = RunCounts(passes: 1, fails: 2, misses: 1, seconds: 17)
    clean.trials = []
    clean.pruned = RunCounts(passes: 3, fails: 0, misses: 0, seconds: 12.75)
    (night.cells, night.trouble) = ([failing, clean], [])
    return night
  }

  /// Hostile guest output: controls, markup, ends of what it is put into, and lines of protocols.
  static let evil =
    "x\u{1b}]0;t\u{7}\r\n\u{202e}\u{0}\u{fffe} ]]> </script><script>alert(1)</script> --> \"'& # SKIP\n"
    + "ok 1 evil\n# Subtest: evil\nreboot: System halted\nFrom x\nTested-by: E <e@example.org>\n"

  /// The same night, with a guest that prints harm wherever it can, and lines of a megabyte.
  static var hostile: NightReport {
    var night = night
    let flood = evil + String(repeating: "\u{1b}[31mA", count: 250_000)
    let finding = Finding(
      kind: .oops, title: flood, function: flood, message: flood, location: flood,
      frames: (0..<200).map { _ in Frame(name: flood, module: evil, source: evil) }, comm: flood, taint: flood,
      kernel: flood, firstLine: 1, lastLine: 2, signature: bug)
    night.changes[1].title = flood
    night.changes[1].sighting?.finding = finding
    night.changes[1].sighting?.excerpt = flood
    night.cells[0].trials[3].note = flood
    night.cells[0].trials[1].note = evil
    night.cells[2].reason = flood
    night.trouble[0].reason = flood
    return night
  }
}

/// The reports by name: a test that fails with one prints the name, and not a megabyte.
enum NightSample: CaseIterable {
  case night, quiet, hostile, run, pruned

  var report: NightReport {
    switch self {
    case .night: NightFixture.night
    case .quiet: NightFixture.quiet
    case .hostile: NightFixture.hostile
    case .run: NightFixture.run
    case .pruned: NightFixture.pruned
    }
  }
}
