import Foundation
import HostTools

/// Request for a Slurm cluster: sbatch(1) options by which a site schedules and accounts for jobs.
package struct SlurmOptions: Codable, Sendable, Hashable {
  /// Partition; nil for the site's default.
  package var partition: String?
  /// Account that is charged; nil for the user's default.
  package var account: String?
  /// Further options of sbatch(1), each as one word: `--qos=low`.
  package var extra: [String]
  /// Batches that run at a time, at least 1; nil for as many as the partition has room for.
  package var slots: Int?

  package init(partition: String? = nil, account: String? = nil, extra: [String] = [], slots: Int? = nil) {
    (self.partition, self.account, self.extra, self.slots) = (partition, account, extra, slots)
  }

  /// Words for sbatch(1), those of the user last, so that they win.
  var words: [String] {
    (partition.map { ["--partition=\($0)"] } ?? []) + (account.map { ["--account=\($0)"] } ?? []) + extra
  }
}

/// Program of a node that carries out a batch, and where it finds the cache.
package struct SlurmWorker: Codable, Sendable, Hashable {
  /// Absolute path of zlab, the same on every node.
  package var program: String
  /// Cache with kernels and images, the same on every node.
  package var cache: String
  /// Folder on each node for snapshots and trials under way; nil for the worker's default.
  package var node: String?
  /// Memory that a job takes, in MiB, at least the guest's.
  package var memory: Int
  /// CPUs that a job takes.
  package var cpus: Int

  package init(program: String, cache: String, memory: Int, cpus: Int) {
    (self.program, self.cache, self.memory, self.cpus) = (program, cache, memory, cpus)
    node = ProcessInfo.processInfo.environment["ZLAB_NODE"]
  }

  /// Script of a job array; each task carries out the batch file of its number.
  /// - Parameter folder: of the submission's batch files.
  func script(_ folder: String) -> String {
    """
    #!/bin/sh
    # Written by zlab; carries out one batch of trials.
    export ZLAB_CACHE=\(shellWord(cache)) ZLAB_NODE=\(shellWord(node ?? ""))
    exec \(shellWord(program)) worker --quiet \(shellWord(folder))/batch-"$SLURM_ARRAY_TASK_ID".json

    """
  }
}
