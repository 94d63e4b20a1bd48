package import FoundationEssentials

/// A signature over the field and the lab, with all that were merged into it.
package struct SignatureGroup: Codable, Sendable, Hashable {
  package var signature: String
  package var kind: String
  package var title: String
  /// Sightings in collected logs.
  package var field: Int
  /// Hosts of these logs.
  package var hosts: Int
  /// Trials of the lab that show it.
  package var lab: Int
  package var firstSeen: Date
  package var lastSeen: Date
  /// Time at which a log with it was collected first; nil when none was.
  package var added: Date?
  /// Sightings in the field by week, the last 12 weeks, oldest first.
  package var weeks: [Int]

  enum CodingKeys: String, CodingKey {
    case signature, kind, title, field, hosts, lab, added, weeks
    case firstSeen = "first_seen"
    case lastSeen = "last_seen"
  }

  package init(
    signature: String, kind: String, title: String, field: Int, hosts: Int, lab: Int, firstSeen: Date, lastSeen: Date,
    added: Date?, weeks: [Int]
  ) {
    self.signature = signature
    self.kind = kind
    self.title = title
    self.field = field
    self.hosts = hosts
    self.lab = lab
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.added = added
    self.weeks = weeks
  }
}

/// Selection of signatures; an empty one selects all.
package struct SignatureFilter: Sendable, Hashable {
  /// Order of a list.
  package enum Order: String, Sendable, CaseIterable {
    case newest, first, count
  }

  /// Collected, or shown by a trial, for the first time at or after this moment.
  package var newSince: Date?
  /// A release or the beginning of one: `6.1`, `6.12.107`.
  package var kernel: String?
  package var host: String?
  package var kind: String?
  /// Part of the title, in any case, or the beginning of the signature.
  package var text: String?
  /// Seen in the field, in the lab; nil for either.
  package var inField: Bool?
  package var inLab: Bool?
  package var order = Order.newest
  /// One group alone, by its whole signature.
  package var group: String?

  package init() {}
}

/// Count of sightings at one place: a host or a kernel.
package struct FieldPlace: Codable, Sendable, Hashable {
  package var name: String
  package var signature: String
  package var sightings: Int
  package var firstSeen: Date
  package var lastSeen: Date

  enum CodingKeys: String, CodingKey {
    case name, signature, sightings
    case firstSeen = "first_seen"
    case lastSeen = "last_seen"
  }

  package init(name: String, signature: String, sightings: Int, firstSeen: Date, lastSeen: Date) {
    self.name = name
    self.signature = signature
    self.sightings = sightings
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}

/// A sighting without its excerpt.
package struct FieldSightingRecord: Codable, Sendable, Hashable {
  package var id: Int64
  package var signature: String
  package var title: String
  package var host: String
  package var kernel: String
  package var boot: String
  package var seen: Date
  package var origin: String

  package init(
    id: Int64, signature: String, title: String, host: String, kernel: String, boot: String, seen: Date, origin: String
  ) {
    self.id = id
    self.signature = signature
    self.title = title
    self.host = host
    self.kernel = kernel
    self.boot = boot
    self.seen = seen
    self.origin = origin
  }
}
