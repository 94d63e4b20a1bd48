import Foundation

// The objects of KernelCI's schema, version 5.3, as far as zlab fills them (kcidb_io's schema/v05_03.py); their names in
// JSON are these in snake case. What is nil is left out, and a key that the schema does not know is not allowed.

/// Origin of a report: ids begin with it. A hyphen is not allowed.
let kcidbOrigin = "zlab"

struct KCIDBCheckout: Encodable {
  var id: String
  let origin = kcidbOrigin
  /// Empty when nothing was applied to the source, nil when it is not known.
  var patchsetHash: String?
  var comment: String
  var valid: Bool?
  var misc: [String: String]?
}

struct KCIDBBuild: Encodable {
  var checkoutID: String
  var id: String
  let origin = kcidbOrigin
  var comment: String?
  var duration: Double?
  let architecture = "s390x"
  var compiler: String?
  var configName: String
  var configURL: String?
  var status: String
  var misc: [String: String]?
}

struct KCIDBTest: Encodable {
  struct Environment: Encodable {
    var comment: String
  }

  var buildID: String
  var id: String
  let origin = kcidbOrigin
  var environment: Environment
  /// Words of letters, digits, `_` and `-`, joined by dots.
  var path: String
  var comment: String?
  var logURL: String?
  /// At most 16384 characters.
  var logExcerpt: String?
  /// `PASS`, `FAIL`, `MISS` or `SKIP`.
  var status: String
  var startTime: Date?
  var duration: Double?
  var misc: [String: String]?
}

struct KCIDBIssue: Encodable {
  /// Party at fault.
  struct Culprit: Encodable {
    var code: Bool
    var tool: Bool
    var harness: Bool

    static let kernel = Culprit(code: true, tool: false, harness: false)
    static let lab = Culprit(code: false, tool: false, harness: true)
  }

  struct Extra: Encodable {
    var signature: String?
    /// Regular expressions, each of which finds the issue in a console's log.
    var patterns: [String]
  }

  var id: String
  let version = 1
  let origin = kcidbOrigin
  var categories: [String]
  var reportURL: String?
  var reportSubject: String?
  var culprit: Culprit
  var comment: String
  var misc: Extra?
}

struct KCIDBIncident: Encodable {
  var id: String
  let origin = kcidbOrigin
  var issueID: String
  let issueVersion = 1
  var testID: String
  let present = true
  var comment: String?
}
