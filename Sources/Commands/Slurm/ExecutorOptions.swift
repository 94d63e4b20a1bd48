import ArgumentParser
import Foundation
import Model
import Nightly
import ResultStore
import Runs
import Slurm
import Storage
import StrictYAML
import Trials

extension ExecutorKind: ExpressibleByArgument {}

/// The shared choice of where trials are carried out.
struct ExecutorOptions: ParsableArguments {
  @Option(help: "Carry out trials in guests of this host, or as jobs of a Slurm cluster (default: local)")
  var executor: ExecutorKind?

  @Option(help: "Slurm partition (default: the site's)")
  var partition: String?

  @Option(help: "Slurm account to charge (default: the user's)")
  var account: String?

  @Option(
    name: .customLong("slurm-option"),
    help: ArgumentHelp("Further option of sbatch, as one word such as --qos=low; may be repeated", valueName: "option"))
  var extra: [String] = []

  func validate() throws {
    let isLocal = executor == .local
    if isLocal, partition != nil || account != nil || !extra.isEmpty {
      throw ValidationError("--partition, --account and --slurm-option need --executor slurm.")
    }
    for word in extra where !word.hasPrefix("-") || word.contains("\n") {
      throw ValidationError("--slurm-option takes an option of sbatch, not '\(word)'.")
    }
  }

  /// Cluster for the trials; nil for guests of this host.
  /// - Parameters:
  ///   - store: whose history says how long trials take.
  ///   - slots: batches at a time; nil for as many as the cluster has room for.
  ///   - plan: of a night, which comes before the configuration file.
  /// - Throws: as ``slurm(slots:plan:)``.
  func cluster(_ store: ResultStore, slots: Int? = nil, plan: ExecutorSettings? = nil) throws(RequestError) -> Cluster?
  {
    try slurm(slots: slots, plan: plan).map { Cluster(options: $0, store: store) }
  }

  /// Options of the cluster; nil for trials on this host.
  /// - Throws: `RequestError` when the configuration file cannot be read.
  func slurm(slots: Int?, plan: ExecutorSettings? = nil) throws(RequestError) -> SlurmOptions? {
    let file = try userConfiguration(ProcessInfo.processInfo.environment)
    switch executor ?? plan?.executor ?? file.executor ?? .local {
    case .local: return nil
    case .slurm:
      return SlurmOptions(
        partition: partition ?? plan?.partition ?? file.partition, account: account ?? plan?.account ?? file.account,
        extra: file.options + (plan?.options ?? []) + extra, slots: slots)
    }
  }
}

/// Defaults from the user's configuration file, `$XDG_CONFIG_HOME/zlab/config.yaml` (default `~/.config/zlab/config.yaml`);
/// without a file there are none.
/// - Throws: `RequestError` with file, line and column.
func userConfiguration(_ environment: [String: String]) throws(RequestError) -> ExecutorSettings {
  let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
  let path = (base ?? (userHome(environment) ?? "") + "/.config") + "/zlab/config.yaml"
  guard let data = FileManager.default.contents(atPath: path) else { return ExecutorSettings() }
  let top = try YAMLValue(parsing: String(decoding: data, as: UTF8.self), file: path)
  return try ExecutorSettings(top.mapping(knowing: ExecutorSettings.keys))
}

/// Cluster that carries out trials.
struct Cluster {
  let options: SlurmOptions
  let store: ResultStore

  /// Executors of a run's trials.
  /// - Parameter onSubmitted: as of ``SlurmProvider``.
  func executors(for request: RunRequest, onSubmitted: (@Sendable () -> Void)? = nil) -> SlurmProvider {
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let scenario = request.scenario
    // Beside the guest's memory: QEMU's own, and zlab with libvirt.
    let memory = hostMemory(ofGuestWith: scenario.memory) + 200
    let cpus = request.schedule.isFree ? scenario.cpus : 1
    return SlurmProvider(
      options,
      worker: SlurmWorker(
        program: program ?? CommandLine.arguments[0], cache: userLocations.cache.path, memory: memory, cpus: cpus),
      in: userLocations.batches, limits: ResultLimits(memory: scenario.memory),
      secondsPerTrial: try? store.secondsPerTrial(of: scenario.name), onSubmitted: onSubmitted)
  }
}
