package import Model
package import StrictYAML

/// Backend of trials.
package enum ExecutorKind: String, Sendable, Hashable, CaseIterable {
  /// Guests of this host.
  case local
  /// Jobs of a Slurm cluster.
  case slurm
}

/// Choice of the backend of trials, by a plan or the user's configuration file: the keys `executor` and `slurm`.
package struct ExecutorSettings: Sendable, Hashable {
  /// Keys that ``init(_:)`` reads.
  package static let keys = ["executor", "slurm"]

  /// nil where nothing is said.
  package var executor: ExecutorKind?
  /// Slurm partition; nil for the site's default.
  package var partition: String?
  /// Slurm account; nil for the user's default.
  package var account: String?
  /// Further options of sbatch, each as one word.
  package var options: [String] = []

  package init() {}

  /// - Parameter entries: of a mapping, of which ``keys`` are read.
  /// - Throws: `RequestError` with the place of what is wrong.
  package init(_ entries: [String: YAMLValue]) throws(RequestError) {
    executor = try entries["executor"].map { value throws(RequestError) in
      let word = try value.string()
      guard let kind = ExecutorKind(rawValue: word) else { throw value.wrong("must be local or slurm, not '\(word)'") }
      return kind
    }
    let slurm = try entries["slurm"]?.mapping(knowing: ["partition", "account", "options"]) ?? [:]
    partition = try slurm["partition"]?.string()
    account = try slurm["account"]?.string()
    for option in try slurm["options"]?.list() ?? [] {
      let word = try option.string()
      guard word.hasPrefix("-"), !word.contains("\n") else { throw option.wrong("'\(word)' is no option of sbatch") }
      options.append(word)
    }
  }
}
