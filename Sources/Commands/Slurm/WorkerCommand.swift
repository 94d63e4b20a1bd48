import ArgumentParser
import Foundation
import Model
import Runs
import Storage
import Trials

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Carry out a batch of trials on a node of a cluster.",
    discussion: """
      Jobs of `zlab run --executor slurm` run this. Results go to the folder `results` beside the submission's; there is \
      no database. Trials that have a result are left out. Guests, their snapshots and trials under way lie in \
      $ZLAB_NODE (default: a folder of the user's in /var/tmp).

      Exit status: 0 if all trials have results whatever the kernel did, 69 infrastructure error, 130 cancelled.

        zlab worker submission-1/batch-0.json
      """,
    shouldDisplay: false)

  @Argument(help: "Batch file", completion: .file(extensions: ["json"]))
  var batch: String

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Output") var verbosity: ProgressOptions

  func run() async throws {
    lowerPriority()
    do { try await carryOut() } catch {
      // For the submitter: trying again is of no use where a node lacks something. A signal is none of that.
      let failure = (error as? LabError)?.problem ?? (error as? RequestError)?.problem
      if let failure, !Task.isCancelled {
        let node = ProcessInfo.processInfo.hostName
        try? Data("\(node): \(failure)\n".utf8).write(to: errorFile, options: .atomic)
      }
      throw error
    }
  }

  private var file: URL { URL(fileURLWithPath: batch).standardizedFileURL }
  private var errorFile: URL { file.deletingPathExtension().appendingPathExtension("error") }

  private func carryOut() async throws {
    let job = try TrialJob(file: file.path)
    let results = ResultFolder(
      file.deletingLastPathComponent().deletingLastPathComponent().appending(path: "results").path)
    guard try results.job().cell == job.cell else {
      throw RequestError("\(results.path) holds results of another cell than \(file.path)")
    }
    let node = try nodeFolders()
    var setup = try RunSetup(of: job.run)
    setup.jobs = 1
    let emulator = try await host.emulatorPath(for: setup.scenario.functions)
    let boot = try await BootSet(of: job.run)
    guard boot.image.id == job.run.image.id else {
      throw LabError(
        "the image of run \(job.run.id) is not in \(userLocations.cache.path)",
        advice: "Share the submitter's cache with all nodes and set ZLAB_CACHE.")
    }
    var request = try setup.request(
      on: boot, goal: job.run.goal, seed: job.run.seed, emulator: emulator, command: job.run.command)
    request.replay = job.run.replay
    let progress = Progress(goal: RunGoal(trials: job.numbers.count))
    defer { progress.end() }
    let (run, _) = try await host.withHost(node) { host, facts in
      for name in ["zlab", "qemu"] where facts[name] != job.run.host[name] {
        throw LabError(
          "\(name) here is '\(facts[name] ?? "")', and the run was begun with '\(job.run.host[name] ?? "")'",
          advice: "Trials of different versions are not counted together: use nodes of one version.")
      }
      request.host = facts
      return try await BatchExecutor(request, job: job, into: results, host: host, folders: node) { progress.show($0) }
        .runBatch()
    }
    if run.state == .interrupted { throw ExitStatus.interrupted.exit }
  }

  /// Folders of the node's own: snapshots are of no use elsewhere, and trials under way write much.
  private func nodeFolders() throws -> Locations {
    let environment = ProcessInfo.processInfo.environment
    let root = environment["ZLAB_NODE"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/var/tmp/zlab-\(getuid())"
    mkdir(root, 0o700)
    var status = stat()
    guard lstat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else {
      throw LabError("\(root) is no folder of this user", advice: "Set ZLAB_NODE to one on a disk of the node.")
    }
    return Locations(environment: environment.merging(["ZLAB_HOME": root, "ZLAB_CACHE": ""]) { $1 })
  }
}
