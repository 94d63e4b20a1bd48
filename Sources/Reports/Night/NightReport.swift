package import Foundation
package import Model

/// Report of a night of runs: every format of `zlab report` is made from this, and a single run is a night of one cell.
///
/// It holds values only; who fills it has read the database and the logs. All text in it may come from a guest.
package struct NightReport: Codable, Sendable, Hashable {
  /// Subject: a night or a single run.
  package enum Subject: String, Codable, Sendable { case night, run }

  package var subject: Subject
  /// Of the night or the run.
  package var id: String
  /// The plan's name; of a run the scenario's.
  package var plan: String
  package var state: RunState
  package var started: Date
  /// nil while it goes on.
  package var ended: Date?
  /// The command that makes the same again.
  package var command: String
  /// Facts of the host by name: `zlab`, `libvirt`, `qemu`.
  package var host: [String: String]
  /// In the plan's order.
  package var cells: [NightCell]
  /// In any order; ``changes(_:)`` sorts them.
  package var changes: [NightChange]
  /// Infrastructure errors, the most frequent first.
  package var trouble: [NightTrouble]
  /// Link to more details, for instance the page of `zlab serve`; nil when there is none.
  package var link: String?
  /// Signatures that were collected first since the night before; nil for a single run, or where there is none.
  package var field: [SignatureGroup]?
  /// Schedule file of a single run, with what its rules did; no part of the JSON.
  package var schedule: SchedulePart?

  package init(
    subject: Subject = .night, id: String, plan: String, state: RunState, started: Date, ended: Date? = nil,
    command: String, host: [String: String], cells: [NightCell] = [], changes: [NightChange] = [],
    trouble: [NightTrouble] = [], link: String? = nil, field: [SignatureGroup]? = nil
  ) {
    self.subject = subject
    self.id = id
    self.plan = plan
    self.state = state
    self.started = started
    self.ended = ended
    self.command = command
    self.host = host
    self.cells = cells
    self.changes = changes
    self.trouble = trouble
    self.link = link
    self.field = field
  }

  enum CodingKeys: String, CodingKey {
    case id, plan, state, started, ended, command, host, cells, changes, trouble, link, field
    case subject = "kind"
  }
}

/// Something that failed in the lab, however often.
package struct NightTrouble: Codable, Sendable, Hashable {
  /// Description, for instance a trial's note.
  package var reason: String
  /// Trials that were missed for it, or builds.
  package var count: Int
  /// The runs it happened in, or nothing for a build.
  package var runs: [String]

  package init(reason: String, count: Int, runs: [String] = []) {
    self.reason = reason
    self.count = count
    self.runs = runs
  }
}
