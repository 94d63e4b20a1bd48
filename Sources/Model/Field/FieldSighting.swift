package import FoundationEssentials

/// One kernel report of a log that was collected, with where and when it was printed.
package struct FieldSighting: Codable, Sendable, Hashable {
  /// 32 hex digits that the same report has in every copy of its log: see `docs/collect.md`.
  package var key: String
  package var finding: Finding
  /// Name of the machine; empty when nothing says it.
  package var host: String
  /// The release; empty when nothing says it.
  package var kernel: String
  /// Id of the boot, 32 hex digits; empty when the log does not carry it.
  package var boot: String
  package var seen: Date
  /// Path, URL or transport that it was read from.
  package var origin: String
  /// The report as printed, at most ``excerptLimit`` bytes.
  package var excerpt: String

  /// Bytes of an excerpt.
  package static let excerptLimit = 8 << 10

  package init(
    key: String, finding: Finding, host: String, kernel: String, boot: String, seen: Date, origin: String,
    excerpt: String
  ) {
    self.key = key
    self.finding = finding
    self.host = host
    self.kernel = kernel
    self.boot = boot
    self.seen = seen
    self.origin = origin
    self.excerpt = excerpt
  }
}

/// Position up to which a source has been read: a file, a journal or a host.
package struct SourcePosition: Codable, Sendable, Hashable {
  /// Name of the source, for instance `file:/var/log/lpar1.log` or `ssh:lpar1`.
  package var source: String
  /// Defined by whoever reads the source.
  package var position: String

  package init(source: String, position: String) {
    self.source = source
    self.position = position
  }
}

/// Outcome of a batch of sightings.
package struct FieldCount: Codable, Sendable, Hashable {
  /// Groups of signatures that no log had shown before.
  package var new: Set<String> = []
  /// Groups that were seen again.
  package var known: Set<String> = []
  /// Sightings that were stored.
  package var stored = 0
  /// Sightings that were stored before.
  package var repeated = 0

  package init() {}

  package mutating func add(_ other: FieldCount) {
    new.formUnion(other.new)
    known.formUnion(other.known)
    known.subtract(new)
    stored += other.stored
    repeated += other.repeated
  }
}

extension Finding {
  /// Fitness of the report to stand for its signature: whole, unmixed, with a function and a call trace.
  package var clarity: Int {
    (truncated ? 0 : 8) + (interleaved ? 0 : 4) + (function == nil ? 0 : 2) + (frames.count < 3 ? 0 : 1)
  }
}
