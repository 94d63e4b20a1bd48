import Foundation
import Testing

/// The outside validators, where `scripts/validators` puts them.
enum Validators {
  static let place: URL = {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return URL(fileURLWithPath: cache ?? (environment["HOME"] ?? "/") + "/.cache")
      .appending(path: "zlab/validators")
  }()

  /// Validators are skipped without PyPI, and the tests say so; `ZLAB_VALIDATORS=wanted` makes them insist.
  static var areWanted: Bool {
    FileManager.default.fileExists(atPath: place.appending(path: "complete").path)
      || ProcessInfo.processInfo.environment["ZLAB_VALIDATORS"] == "wanted"
  }

  /// Runs Python with the validators' packages on a file that holds `input`, whose path is the first argument.
  static func python(_ words: [String], input: String) throws -> (status: Int32, output: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "report")
    try Data(input.utf8).write(to: file)
    let process = Process()
    process.executableURL = place.appending(path: "python/bin/python")
    process.arguments = words + [file.path]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Errors of Jenkins' schema for an XML text; empty when nothing.
  static func junit(_ text: String) throws -> String {
    let program = """
      import sys, xmlschema
      for error in xmlschema.XMLSchema(sys.argv[1]).iter_errors(sys.argv[2]): print(error)
      print("checked")
      """
    let schema = place.appending(path: "junit-10.xsd").path
    let (status, output) = try python(["-c", program, schema], input: text)
    return status == 0 && output == "checked\n" ? "" : output + "status \(status)"
  }

  /// Errors of kcidb_io's newest schema for a JSON text, or which ids lead nowhere; empty when nothing.
  static func kcidb(_ text: String) throws -> String {
    let program = """
      import json, sys
      from kcidb_io import schema
      report = json.load(open(sys.argv[1]))
      schema.LATEST.validate(report)
      ids = {kind: {o["id"] for o in report[kind]} for kind in report if kind != "version"}
      for kind in ids:
          if len(ids[kind]) != len(report[kind]): print("an id of", kind, "is there twice")
      links = {"checkout_id": "checkouts", "build_id": "builds", "test_id": "tests", "issue_id": "issues"}
      for kind in ids:
          for o in report[kind]:
              for key, home in links.items():
                  if key in o and o[key] not in ids[home]: print(o["id"], "leads nowhere by", key)
      print("checked")
      """
    let (status, output) = try python(["-c", program], input: text)
    return status == 0 && output == "checked\n" ? "" : output + "status \(status)"
  }

  /// Result of the kernel's own parser for a KTAP text.
  static func kunit(_ text: String) throws -> (status: Int32, output: String) {
    let tool = place.appending(path: "tools/testing/kunit/kunit.py").path
    return try python([tool, "parse"], input: text)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test on a machine without the validators, unless it is CI's.
  static var withValidators: Self { .enabled(if: Validators.areWanted, "scripts/validators installs what it needs") }
}
