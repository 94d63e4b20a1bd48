import Foundation
import Testing

/// SIGKILL at random moments: what ended is kept, nothing counts twice, nothing is left running.
@Suite(.serialized) struct DurabilityTests {
  let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("bookworm")
  }

  // An argument, so that the seed of the moments and victims is shown.
  @Test(arguments: [UInt64.random(in: 0..<1 << 32)])
  func `a run that is killed fifty times ends as if nobody had`(seed: UInt64) async throws {
    let killTests = try KillTests(zlab, goal: 80, seed: seed)
    try await killTests.warmUp()
    try await killTests.strike(times: 50)
    try await killTests.finish()
  }

  @Test func `guests run behind everything else on the machine`() async throws {
    let process = try zlab.start(["run", try zlab.sleeping(seconds: 60), "--kernel", "debian:bookworm"])
    process.say("")
    var guests: [pid_t] = []
    while guests.isEmpty, process.isRunning {
      try await Task.sleep(for: .milliseconds(20))
      guests = try zlab.emulators(guestsOnly: true)
    }
    let guest = try #require(guests.first)
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(guest)/task").compactMap { id_t($0) }
    #expect(!threads.isEmpty)
    let kind = __priority_which_t(PRIO_PROCESS.rawValue)
    // QEMU's helper threads come and go; one that has gone has no priority.
    let priorities = threads.map { (getpriority(kind, $0), errno) }.filter { $0.0 != -1 || $0.1 != ESRCH }.map(\.0)
    #expect(!priorities.isEmpty && priorities.allSatisfy { $0 >= 5 }, "\(priorities)")
    process.signal(SIGINT)
    #expect(await process.end().code == 130)
  }

  @Test func `a trial that is over leaves nothing in the runtime folder`() async throws {
    let process = try zlab.start(["run", "nothing", "--kernel", "debian:bookworm", "--trials", "8", "--jobs", "1"])
    process.say("")
    try await process.wait(for: "trial 3: ")
    // The number of a trial is the end of its guest's name. libvirt lets go of a guest a moment after its end.
    func isOfFirstTrials(_ path: String) -> Bool { path.contains(/zlab-[0-9a-f]{8}-[12](?![0-9])/) }
    var files = zlab.runtimeFiles()
    #expect(!files.isEmpty)
    while process.isRunning, files.contains(where: isOfFirstTrials) {
      try await Task.sleep(for: .milliseconds(20))
      files = zlab.runtimeFiles()
    }
    #expect(process.isRunning, "\(files)")
    #expect(await process.end().code == 0)
    #expect(zlab.runtimeFiles().filter { $0.contains("/") }.isEmpty)
  }

  /// Takes an hour from the clock, two seconds after a process has looked at it first.
  private let clockThatIsSetBack = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <time.h>
    #include <sys/time.h>
    static long begin;
    int clock_gettime(clockid_t id, struct timespec *time)
    {
      int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
      int code = real(id, time);
      struct timespec now;
      if (code == 0 && id == CLOCK_REALTIME && real(CLOCK_MONOTONIC, &now) == 0) {
        if (begin == 0) begin = now.tv_sec;
        if (now.tv_sec > begin + 2) time->tv_sec -= 3600;
      }
      return code;
    }
    time_t time(time_t *place)
    {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (place) *place = now.tv_sec;
      return now.tv_sec;
    }
    int gettimeofday(struct timeval *place, void *zone)
    {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      place->tv_sec = now.tv_sec;
      place->tv_usec = now.tv_nsec / 1000;
      return 0;
    }
    """

  @Test func `a clock that is set back loses no trial and makes no negative time`() async throws {
    let (source, library) = (zlab.home.appending(path: "back.c"), zlab.home.appending(path: "back.so").path)
    try Data(clockThatIsSetBack.utf8).write(to: source)
    #expect(Process.runAndWait("/usr/bin/cc", ["-shared", "-fPIC", "-o", library, source.path, "-ldl"]))
    let result = try await zlab.run(
      "run", "nothing", "--kernel", "debian:bookworm", "--trials", "6", "--jobs", "1", "--format", "json",
      environment: ["LD_PRELOAD": library])
    #expect(result.code == 0, "\(result.output) \(result.talk)")
    struct Report: Decodable {
      struct Trial: Decodable { let verdict: String, started: String, duration: Double, boot: Double }
      let state: String, started: String, ended: String, trials: [Trial]
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.state == "finished" && report.ended >= report.started)
    #expect(report.trials.map(\.verdict) == Array(repeating: "pass", count: 6))
    #expect(report.trials.allSatisfy { $0.duration >= 0 && $0.boot >= 0 && $0.duration < 3000 })
    // Otherwise the clock was not set back at all.
    let before = Date(timeIntervalSinceNow: -1800).formatted(.iso8601)
    #expect(report.trials.contains { $0.started < before }, "\(report)")
    #expect(try await zlab.run("db", "check").code == 0)
  }
}
