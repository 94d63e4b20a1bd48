import ArgumentParser
import Foundation
import Guest
import KernelConfig
import Kernels
import Model
import Reports
import Selftest
import Storage
import Trials

struct SelftestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Validate the detector: trigger every LKDTM crash and check that each is reported correctly.",
    discussion: """
      Builds a kernel with LKDTM, the Linux Kernel Dump Test Module, and debug options that detect more of its crashes. \
      Each trigger is fired in a fresh guest, and the kind and function of the finding are compared with the expected \
      ones. Exit status: 0 if all triggers were reported correctly, 2 if one is unknown to zlab, 69 if one was missed.

        zlab selftest
        zlab selftest --source debian:6.12 --jobs 2
        zlab selftest --source debian:6.1 --trigger BUG --trigger HUNG_TASK
        zlab selftest --kernel mine --format json
      """)

  @Option(
    help: "Kernel source: debian:VERSION, a git tree, a directory or a tar archive (default: debian:6.1)",
    completion: .file())
  var source: String?

  @Option(
    help: "Test this kernel, which must have LKDTM, instead of building one",
    completion: kernelCompletion)
  var kernel: String?

  @OptionGroup(title: "Build") var revision: RevisionOption
  @OptionGroup(title: "Build") var build: BuildOptions

  @Option(
    name: .customLong("trigger"),
    help: ArgumentHelp("Fire only this trigger, such as BUG; may be repeated", valueName: "name"),
    completion: triggerCompletion)
  var triggers: [String] = []

  @OptionGroup(title: "Execution") var jobs: JobsOption

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var progress: ProgressOptions

  func validate() throws {
    guard kernel == nil || (source == nil && (revision.words + build.words).isEmpty) else {
      throw ValidationError("--kernel cannot be combined with --source and build options.")
    }
  }

  func run() async throws {
    try host.check()
    let emulator = try host.emulatorPath()
    let boot = try await BootSet(kernel: try await name(), image: "mini")
    let id = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    var request = SelftestRequest(
      kernel: boot.kernel, config: try config(of: boot.kernel), triggers: triggers, jobs: 1,
      kernelPath: boot.kernelPath, initramfsPath: boot.initramfsPath, emulator: emulator,
      folder: userLocations.state.appending(path: "selftests/\(id)").path)
    request.jobs = jobs.count(memory: try request.guest.memory)
    let report = try await execute(request, image: boot.image.id)
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
    if Task.isCancelled { throw ExitStatus.interrupted.exit }
    switch report.verdict {
    case .sees: break
    case .inconclusive: throw ExitStatus.inconclusive.exit
    case .blind: throw ExitStatus.labCannot.exit
    }
  }

  private func execute(_ request: SelftestRequest, image: String) async throws -> SelftestReport {
    let progress = SelftestProgress()
    defer { progress.end() }
    let (started, clock) = (Date(), ContinuousClock.now)
    return try await host.withHost(userLocations) { host, facts in
      let fresh = SnapshotProvider(
        userLocations, spec: try request.guest, kernel: request.kernel.id, image: image, facts: facts, host: host
      ) { printStatus("selftest: \($0)") }
      let executor = SelftestExecutor(request, host: host, fresh: fresh) { progress.show($0) }
      let results = try await executor.execute()
      return SelftestReport(
        kernel: request.kernel, wanted: progress.wanted, results: results, started: started,
        duration: clock.duration(to: .now) / .seconds(1), command: again(request.kernel, jobs: request.jobs).text,
        folder: request.folder,
        host: facts)
    }
  }

  /// The kernel to boot: the one that was named, or one that is built.
  private func name() async throws -> String {
    if let kernel { return kernel }
    var options = build
    options.configs = selftestFragments + build.configs.filter { !selftestFragments.contains($0) }
    let progress = BuildProgress("")
    defer { progress.end() }
    let request = try options.request(source ?? "debian:6.1", revision.rev, patches: [])
    return try await KernelBuilder(folders: userLocations, mirror: build.mirror).build(request) { progress.show($0) }.id
  }

  private func config(of kernel: KernelRecord) throws -> FinalConfig? {
    guard let file = KernelStore(folders: userLocations).config(of: kernel) else { return nil }
    guard let data = try? FileHandle(forReadingFrom: file).read(upToCount: FinalConfig.cap + 1) else {
      throw LabError("cannot read the configuration \(file.path)")
    }
    return try FinalConfig(parsing: Array(data), name: file.path)
  }

  /// The command that does the same again.
  func again(_ kernel: KernelRecord, jobs: Int) -> ReproCommand {
    var command = ReproCommand("selftest", ["--kernel", String(kernel.id.prefix(12))])
    command.add("--trigger", each: triggers)
    command.add("--jobs", jobs > 1 ? String(jobs) : nil)
    command.add(host.words)
    return command
  }
}

/// Config fragments that make LKDTM's triggers detectable, beside LKDTM itself.
///
/// hardening-checks: lists, slabs, copies to user space, strings, stacks, some twenty triggers; hung-task: HUNG_TASK;
/// ubsan: ARRAY_BOUNDS; lockdep: SPINLOCKUP, and that at once. KASAN is left out: it would add reads of freed memory and
/// writes to freed pages, three triggers, and makes every guest slower.
let selftestFragments = ["lkdtm", "hardening-checks", "hung-task", "ubsan", "lockdep"]

private let triggerCompletion = CompletionKind.custom { _, _, _ in knownTriggers }
